/// Why the bytes are not a photo that can be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhotoError {
    #[error("the file is empty")]
    Empty,
    #[error("the file has {bytes} bytes, more than {bytes_max}")]
    TooManyBytes { bytes: u64, bytes_max: u64 },
    /// The first bytes are those of no format that is accepted.
    #[error("the file is not a JPEG, PNG or WebP picture")]
    UnknownType,
    /// Recognised, but there is no decoder that is both memory-safe and maintained.
    #[error("HEIC pictures are not accepted")]
    Heic,
    #[error("{width} × {height} pixels are more than {pixels_max}")]
    TooManyPixels { width: u32, height: u32, pixels_max: u64 },
    #[error("a side of {width} × {height} is longer than {side_px_max} pixels")]
    SideTooLong { width: u32, height: u32, side_px_max: u32 },
    /// The file ends before its picture does.
    #[error("the file is cut off")]
    Truncated,
    /// A structure that costs far more to decode than its size tells.
    #[error("the file is built to exhaust a decoder")]
    Bomb,
    #[error("the picture cannot be decoded")]
    Corrupt,
}

impl PhotoError {
    /// The stable code of the problem.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "media.photo.empty",
            Self::TooManyBytes { .. } => "media.photo.too_many_bytes",
            Self::UnknownType => "media.photo.unknown_type",
            Self::Heic => "media.photo.heic",
            Self::TooManyPixels { .. } => "media.photo.too_many_pixels",
            Self::SideTooLong { .. } => "media.photo.side_too_long",
            Self::Truncated => "media.photo.truncated",
            Self::Bomb => "media.photo.bomb",
            Self::Corrupt => "media.photo.corrupt",
        }
    }
}
