//! The engine thread: numbers commands, logs them, applies them, answers.
