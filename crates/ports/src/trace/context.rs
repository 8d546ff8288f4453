use std::fmt;

/// W3C Trace Context, level 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    pub trace_id: u128,
    pub span_id: u64,
    pub flags: u8,
}

impl TraceContext {
    /// The name of the header that carries it.
    pub const HEADER: &'static str = "traceparent";
    /// The flag of one whose spans leave the process.
    pub const SAMPLED: u8 = 1;

    pub fn root() -> Self {
        Self { trace_id: rand::random::<u128>().max(1), span_id: rand::random::<u64>().max(1), flags: 0 }
    }

    /// A `traceparent` of version 00, or of a later version by its first four fields; None when it is malformed.
    pub fn parse(text: &str) -> Option<Self> {
        let mut fields = text.split('-');
        let (version, trace, span, flags) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        let lengths = version.len() == 2 && trace.len() == 32 && span.len() == 16 && flags.len() == 2;
        let hex = |field: &str| field.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if !lengths
            || ![version, trace, span, flags].into_iter().all(hex)
            || version == "ff"
            || (version == "00" && fields.next().is_some())
        {
            return None;
        }
        let context = Self {
            trace_id: u128::from_str_radix(trace, 16).ok()?,
            span_id: u64::from_str_radix(span, 16).ok()?,
            flags: u8::from_str_radix(flags, 16).ok()?,
        };
        (context.trace_id != 0 && context.span_id != 0).then_some(context)
    }

    /// The same trace, a new span.
    #[must_use]
    pub fn child(self) -> Self {
        Self { span_id: rand::random::<u64>().max(1), ..self }
    }

    pub const fn is_sampled(self) -> bool {
        self.flags & Self::SAMPLED != 0
    }

    #[must_use]
    pub const fn with_sampled(self, sampled: bool) -> Self {
        let flags = if sampled { self.flags | Self::SAMPLED } else { self.flags & !Self::SAMPLED };
        Self { flags, ..self }
    }
}

/// As a `traceparent` header.
impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-{:02x}", self.trace_id, self.span_id, self.flags)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_set_and_taken_without_the_others() {
        let context = TraceContext { trace_id: 1, span_id: 1, flags: 0b11 };
        assert!(context.is_sampled());
        assert_eq!(context.with_sampled(false).flags, 0b10);
        assert_eq!(context.with_sampled(false).with_sampled(true), context);
    }
}
