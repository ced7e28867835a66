//! `replay`, through the process's own standard streams.

use crate::exchange::BINARY;
use std::io::Write;
use std::process::{Command, Stdio};

#[test]
fn replay_prints_a_line_for_each_command_and_nothing_else() {
    let account = format!("0x{}", "11".repeat(32));
    let input = format!(
        "{{\"command\":\"deposit_funds\",\"account\":\"{account}\",\"amount\":\"500\",\
         \"reference\":{{\"block\":1,\"event\":0}}}}\n\nnot a command\n"
    );
    let mut replay = Command::new(BINARY)
        .args(["replay", "--state"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    replay.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = replay.wait_with_output().unwrap();
    assert!(output.status.success());
    let lines: Vec<String> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[0].starts_with("{\"seq\":1,\"events\":["), "{}", lines[0]);
    assert_eq!(lines[1], "{\"seq\":2,\"events\":[{\"event\":\"rejected\",\"reason\":\"malformed\"}]}");
    let state = format!("{{\"accounts\":[{{\"account\":\"{account}\",\"free\":\"500\",\"held\":\"0\"}}]");
    assert!(lines[2].starts_with(&format!("{{\"state\":{state}")), "{}", lines[2]);
}
