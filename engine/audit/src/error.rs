//! What an audit may find.

use coretime_log::LogError;
use coretime_types::{OrderId, Sequence};
use std::{fmt::Debug, sync::Arc};

/// Why an audit did not end well.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The log cannot be read: nothing can be said about it.
    #[error(transparent)]
    Log(LogError),
    /// The log, or what goes with it, is not what it must be.
    #[error(transparent)]
    Discrepancy(#[from] Box<Discrepancy>),
    /// A bug: a command in the log makes the rules panic.
    #[error("replaying panicked after sequence {last}: {message}")]
    Panicked {
        /// The last command that was replayed.
        last: Sequence,
        /// What the panic said.
        message: Arc<str>,
    },
    /// What was read out cannot be written.
    #[error("cannot write the output: {0}")]
    Output(#[source] std::io::Error),
    /// Something that was to be compared with the log cannot be read, or a row not be made.
    #[error(transparent)]
    Beside(Box<dyn std::error::Error + Send + Sync>),
}

impl From<LogError> for AuditError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::OutputsDiffer { sequence, expected, found, .. } => {
                AuditError::Discrepancy(Box::new(Discrepancy {
                    sequence,
                    order: None,
                    what: "the hash of all events that the log commits to",
                    expected: expected.to_string(),
                    found: found.to_string(),
                }))
            }
            other => AuditError::Log(other),
        }
    }
}

/// The first thing that is not what it must be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("sequence {sequence}{}: {what}: expected {expected}, found {found}", in_order(*.order))]
pub struct Discrepancy {
    /// The command at which it shows.
    pub sequence: Sequence,
    /// The order that it is about, if it is about one.
    pub order: Option<OrderId>,
    /// What is compared.
    pub what: &'static str,
    /// What it must be.
    pub expected: String,
    /// What it is.
    pub found: String,
}

fn in_order(order: Option<OrderId>) -> String {
    order.map(|order| format!(", order {order}")).unwrap_or_default()
}

/// A discrepancy before it is known at which command it shows.
#[derive(Debug)]
pub(crate) struct Mismatch {
    pub(crate) order: Option<OrderId>,
    pub(crate) what: &'static str,
    pub(crate) expected: String,
    pub(crate) found: String,
}

/// The result of a check.
pub(crate) type Check<T = ()> = Result<T, Box<Mismatch>>;

impl Mismatch {
    pub(crate) fn new(
        what: &'static str,
        order: Option<OrderId>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Box<Mismatch> {
        Box::new(Mismatch { order, what, expected: expected.into(), found: found.into() })
    }

    pub(crate) fn at(self, sequence: Sequence) -> Box<Discrepancy> {
        let Mismatch { order, what, expected, found } = self;
        Box::new(Discrepancy { sequence, order, what, expected, found })
    }
}

/// Checks that two values are the same.
pub(crate) fn same<T: PartialEq + Debug>(
    what: &'static str,
    order: Option<OrderId>,
    expected: T,
    found: T,
) -> Check {
    if expected == found {
        return Ok(());
    }
    Err(Mismatch::new(what, order, format!("{expected:?}"), format!("{found:?}")))
}

/// Checks that something holds.
pub(crate) fn holds(what: &'static str, order: Option<OrderId>, condition: bool) -> Check {
    if condition { Ok(()) } else { Err(Mismatch::new(what, order, "that it holds", "that it does not")) }
}

/// Checks that two lists are the same.
pub(crate) fn all_same<T: PartialEq + Debug>(
    what: &'static str,
    mut ours: impl Iterator<Item = T>,
    mut theirs: impl Iterator<Item = T>,
) -> Check {
    loop {
        let (our, their) = (ours.next(), theirs.next());
        if our.is_none() && their.is_none() {
            return Ok(());
        }
        same(what, None, our, their)?;
    }
}
