//! Lines that are no command, each made from one that is.

use super::text::{Field, Object};
use fastrand::Rng;

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    MissingField,
    UnknownField,
    DoubledField,
    NullForRequired,
    NotAnInteger,
    OutOfRange,
    WrongKind,
    UnknownCommand,
    BothIdsOrNone,
    CutShort,
    MoreBehind,
    NotUtf8,
    NoObject,
    TooLong,
}

impl Fault {
    pub(crate) const ALL: [Fault; 14] = [
        Fault::MissingField,
        Fault::UnknownField,
        Fault::DoubledField,
        Fault::NullForRequired,
        Fault::NotAnInteger,
        Fault::OutOfRange,
        Fault::WrongKind,
        Fault::UnknownCommand,
        Fault::BothIdsOrNone,
        Fault::CutShort,
        Fault::MoreBehind,
        Fault::NotUtf8,
        Fault::NoObject,
        Fault::TooLong,
    ];
}

/// The command's line with a fault in it, and which; none if the command cannot have it.
pub(crate) fn line(mut object: Object, rng: &mut Rng) -> Option<(Vec<u8>, Fault)> {
    let mut fault = Fault::ALL[rng.usize(0..Fault::ALL.len())];
    // A line of a megabyte now and then is enough.
    if fault == Fault::TooLong && rng.u32(0..100) != 0 {
        fault = Fault::CutShort;
    }
    damage(&mut object.0, fault, rng)?;
    let mut line = object.into_line(rng).into_bytes();
    match fault {
        Fault::CutShort => line.truncate(rng.usize(1..line.len())),
        Fault::MoreBehind => line.extend([&b"{}"[..], b",", b" 1", b"}"][rng.usize(0..4)]),
        Fault::NotUtf8 => line.insert(rng.usize(0..=line.len()), 0xff),
        Fault::NoObject => line = [&b"[]"[..], b"1", b"null", b"\"halt\"", b"x"][rng.usize(0..5)].to_vec(),
        Fault::TooLong => line.resize(1 + (1 << 20), b' '),
        _ => {}
    }
    Some((line, fault))
}

/// One of the fields that fit.
fn pick<'a>(fields: &'a mut [Field], fits: impl Fn(&Field) -> bool, rng: &mut Rng) -> Option<&'a mut Field> {
    let mut fitting: Vec<_> = fields.iter_mut().filter(|field| fits(field)).collect();
    (!fitting.is_empty()).then(|| fitting.swap_remove(rng.usize(0..fitting.len())))
}

fn is_number(field: &Field) -> bool {
    field.value.bytes().all(|byte| byte.is_ascii_digit())
}

fn damage(fields: &mut Vec<Field>, fault: Fault, rng: &mut Rng) -> Option<()> {
    let any = |_: &Field| true;
    let required = |field: &Field| field.required;
    match fault {
        Fault::MissingField => {
            let name = pick(fields, required, rng)?.name;
            fields.retain(|field| field.name != name);
        }
        Fault::UnknownField => {
            // Of another command.
            let has_clock = fields.iter().any(|field| field.name == "tradable_from");
            let name = if has_clock { "pivot" } else { "tradable_from" };
            fields.push(Field { name, value: rng.u32(..).to_string(), required: true });
        }
        Fault::DoubledField => {
            let field = pick(fields, any, rng)?.clone();
            fields.push(field);
        }
        Fault::NullForRequired => pick(fields, required, rng)?.value = "null".to_owned(),
        Fault::NotAnInteger => {
            let number = &mut pick(fields, is_number, rng)?.value;
            *number = match rng.u32(0..4) {
                0 => format!("{number}.0"),
                1 => format!("{number}e0"),
                2 => format!("\"{number}\""),
                _ => "-0".to_owned(),
            };
        }
        Fault::OutOfRange => {
            let field = pick(fields, is_number, rng)?;
            // Of all numbers, only rates can be negative.
            let negative = !field.name.ends_with("_ppm") && rng.bool();
            field.value = if negative { "-1" } else { "18446744073709551616" }.to_owned();
        }
        Fault::WrongKind => pick(fields, any, rng)?.value = "{\"x\":[0]}".to_owned(),
        Fault::UnknownCommand => {
            let command = pick(fields, |field| field.name == "command", rng)?;
            command.value = ["\"Halt\"", "\"\"", "\"place\"", "\"halt \""][rng.usize(0..4)].to_owned();
        }
        Fault::BothIdsOrNone => {
            let is_cancel = fields.iter().any(|field| field.value == "\"cancel\"");
            let id = pick(fields, |field| is_cancel && field.name.ends_with("order_id"), rng)?;
            let name = if id.name == "order_id" { "client_order_id" } else { "order_id" };
            if rng.bool() {
                id.value = "null".to_owned();
            } else {
                let other = Field { name, ..id.clone() };
                fields.push(other);
            }
        }
        Fault::CutShort | Fault::MoreBehind | Fault::NotUtf8 | Fault::NoObject | Fault::TooLong => {}
    }
    Some(())
}
