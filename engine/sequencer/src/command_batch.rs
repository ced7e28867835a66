//! Commands that take their way together.

use crate::SubmitError;
use codec::Encode;
use coretime_log::MAX_PAYLOAD_BYTES;
use coretime_types::Command;

/// Commands that are submitted, carried out one after the other, and answered together: one wake-up on each thread of
/// their way serves them all. Each is still a command of its own, accepted or rejected on its own.
#[derive(Debug, Default)]
pub struct CommandBatch {
    commands: Vec<Command>,
}

impl CommandBatch {
    /// Adds a command.
    ///
    /// # Errors
    /// [`SubmitError::TooLarge`]: it is not added.
    pub fn push(&mut self, command: Command) -> Result<(), SubmitError> {
        check_size(&command)?;
        self.commands.push(command);
        Ok(())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.commands.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }

    pub(crate) fn commands(&self) -> &[Command] {
        &self.commands
    }

    pub(crate) fn into_commands(self) -> Vec<Command> {
        self.commands
    }
}

/// Whether a record of the log holds it.
pub(crate) fn check_size(command: &Command) -> Result<(), SubmitError> {
    let bytes = command.encoded_size();
    if bytes > MAX_PAYLOAD_BYTES { Err(SubmitError::TooLarge { bytes }) } else { Ok(()) }
}
