//! A whole scenario, line by line.

use crate::{format_events, format_malformed, format_state, parse_command};
use coretime_market::Market;
use std::io::{self, BufRead, ErrorKind, Write};

/// A line that is longer, without its line break, is malformed.
pub const MAX_LINE_BYTES: usize = 1 << 20;

/// Reads commands from `input`, applies them to a new market and writes a line for each to `output`; with `state`, the
/// state line last.
pub fn run(mut input: impl BufRead, mut output: impl Write, state: bool) -> io::Result<()> {
    let mut market = Market::new();
    let mut events = Vec::new();
    let mut line = Vec::new();
    let mut seq = 0;
    while let Some(length) = read_line(&mut input, &mut line)? {
        if length == LineLength::Bounded && line.trim_ascii().is_empty() {
            continue;
        }
        seq += 1;
        let text = std::str::from_utf8(&line).ok().filter(|_| length == LineLength::Bounded);
        match text.and_then(|text| parse_command(text).ok()) {
            Some(command) => {
                events.clear();
                market.apply(&command, &mut events);
                writeln!(output, "{}", format_events(seq, &events))?;
            }
            None => writeln!(output, "{}", format_malformed(seq))?,
        }
    }
    if state {
        writeln!(output, "{}", format_state(&market))?;
    }
    output.flush()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LineLength {
    Bounded,
    TooLong,
}

/// Reads a line without its line break, or `None` at the end. Of a line that is too long, the rest is passed over.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Option<LineLength>> {
    line.clear();
    let mut length = LineLength::Bounded;
    let mut is_end = true;
    loop {
        let available = match input.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if available.is_empty() {
            return Ok((!is_end).then_some(length));
        }
        is_end = false;
        let line_break = available.iter().position(|byte| *byte == b'\n');
        let part = &available[..line_break.unwrap_or(available.len())];
        if line.len() + part.len() > MAX_LINE_BYTES {
            length = LineLength::TooLong;
        } else if length == LineLength::Bounded {
            line.extend_from_slice(part);
        }
        let consumed = part.len() + usize::from(line_break.is_some());
        input.consume(consumed);
        if line_break.is_some() {
            return Ok(Some(length));
        }
    }
}
