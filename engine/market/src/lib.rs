//! The rules of the market as a pure state machine.
