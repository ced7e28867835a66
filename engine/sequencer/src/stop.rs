//! Why the engine runs no more.

use coretime_log::LogError;
use std::{any::Any, sync::Arc};

/// Why the engine runs no more.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StopReason {
    /// It was shut down.
    #[error("the engine was shut down")]
    ShutDown,
    /// The log could not be written. What was not answered may be in it or not.
    #[error("the command log failed: {0}")]
    Log(Arc<LogError>),
    /// A bug: the engine thread panicked.
    #[error("the engine thread panicked: {0}")]
    Panicked(Arc<str>),
}

/// The engine runs no more. What was submitted and not answered may be in the log or not.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the engine has stopped: {reason}")]
pub struct Stopped {
    /// Why.
    pub reason: StopReason,
}

/// What a panic said.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> Arc<str> {
    if let Some(message) = panic.downcast_ref::<&str>() {
        (*message).into()
    } else if let Some(message) = panic.downcast_ref::<String>() {
        message.as_str().into()
    } else {
        "no message".into()
    }
}
