//! What is wrong with a line.

/// Why a line is no command.
#[derive(Debug, thiserror::Error)]
pub enum Malformed {
    /// It is no JSON object, or one of its fields occurs twice.
    #[error("not a JSON object with distinct fields: {0}")]
    Json(#[from] serde_json::Error),
    /// The rules have no such command.
    #[error("there is no command {name:?}")]
    UnknownCommand {
        /// What it says.
        name: String,
    },
    /// A field that the command needs.
    #[error("the field {field:?} is missing")]
    Missing {
        /// Its name.
        field: &'static str,
    },
    /// A field that the command does not have.
    #[error("there is no field {field:?} here")]
    UnknownField {
        /// Its name.
        field: String,
    },
    /// A value of the wrong kind or out of its range.
    #[error("the field {field:?} must be {expected}")]
    Invalid {
        /// Its name.
        field: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A cancel with both ids, or none.
    #[error("a cancel names either order_id or client_order_id")]
    CancelTarget,
}
