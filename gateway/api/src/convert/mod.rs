//! Between the interface's messages and the engine's types. Nothing here decides anything about the market: it says
//! whether a message can be a command at all.

pub(crate) mod account;
pub(crate) mod book;
pub(crate) mod common;
pub(crate) mod event;
pub(crate) mod instruction;
pub(crate) mod ledger;
pub(crate) mod order;
pub(crate) mod order_view;
pub(crate) mod outflow;
pub(crate) mod page;

#[cfg(test)]
mod event_properties;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod fuzz_texts;

/// A field that is missing or out of range, by its path in the request: `bid.terms.within`, `legs[2].lot_parts`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldError {
    pub(crate) path: String,
    pub(crate) description: String,
}

impl FieldError {
    pub(crate) fn new(path: impl Into<String>, description: impl Into<String>) -> FieldError {
        FieldError { path: path.into(), description: description.into() }
    }

    /// The same fault, seen from the message that `parent` is a field of.
    pub(crate) fn inside(self, parent: &str) -> FieldError {
        FieldError { path: format!("{parent}.{}", self.path), ..self }
    }
}

/// A message that must be there.
pub(crate) fn required<T>(field: Option<T>, path: &str) -> Result<T, FieldError> {
    field.ok_or_else(|| FieldError::new(path, "is missing"))
}

/// A number for which 0 means that it is missing.
pub(crate) fn not_zero(number: u64, path: &str) -> Result<u64, FieldError> {
    if number == 0 { Err(FieldError::new(path, "is missing or 0")) } else { Ok(number) }
}
