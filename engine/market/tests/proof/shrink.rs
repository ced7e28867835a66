//! Delta debugging: a failing list of commands cut down to one from which no single command can be left out.

use coretime_types::Command;

/// Cuts `commands` down while `fails` still gives a reason.
pub(crate) fn shrink(
    mut commands: Vec<Command>,
    fails: impl Fn(&[Command]) -> Option<String>,
) -> (Vec<Command>, String) {
    let mut reason = fails(&commands).expect("the list to be cut down fails");
    let mut size = commands.len().div_ceil(2);
    while size > 0 {
        let (mut at, mut cut) = (0, false);
        while at < commands.len() {
            let mut fewer = commands.clone();
            fewer.drain(at..(at + size).min(commands.len()));
            match fails(&fewer) {
                Some(why) => (commands, reason, cut) = (fewer, why, true),
                None => at += size,
            }
        }
        if !cut || size > 1 {
            size /= 2;
        }
    }
    (commands, reason)
}

#[test]
fn only_what_fails_is_left() {
    use coretime_types::Timeslice;
    let clock = |at| Command::AdvanceClock { tradable_from: Timeslice(at) };
    let fails = |commands: &[Command]| {
        let both = commands.contains(&clock(7)) && commands.contains(&clock(31));
        both.then(|| "both are there".to_owned())
    };
    let (left, _) = shrink((0..100).map(clock).collect(), fails);
    assert_eq!(left, [clock(7), clock(31)]);
}
