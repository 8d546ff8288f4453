//! What becomes of a body on its way.

use std::error::Error;

use http_body_util::LengthLimitError;
use tokio::time::Instant;

/// Until when somebody waits for the answer's head. In request extensions, put there by whoever gives up then.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(pub Instant);

/// Somewhere among the causes is a body that was longer than allowed.
pub fn is_too_long(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return true;
        }
        cause = error.source();
    }
    false
}
