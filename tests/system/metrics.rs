//! `/metrics` of a running exchange.

use crate::exchange::BINARY;
use crate::http::get;
use crate::process::Process;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

#[test]
fn prometheus_reads_how_the_exchange_is_doing() {
    let data = tempfile::tempdir().unwrap();
    let process = Command::new(BINARY)
        .args(["dev", "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0", "--chain", "127.0.0.1:0"])
        .args(["--block-time-ms", "200", "--data"])
        .arg(data.path())
        .args(["--log-format", "json"])
        .env("RUST_LOG", "info")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut process = Process(process.unwrap());
    let mut logged = BufReader::new(process.0.stderr.take().unwrap()).lines();
    let log = std::thread::spawn(move || {
        let first = logged.next().unwrap().unwrap();
        logged.for_each(drop);
        first
    });
    let mut lines = BufReader::new(process.0.stdout.take().unwrap()).lines();
    let page = lines.find_map(|line| Some(line.unwrap().strip_prefix("page         http://")?.to_owned()));
    let address = page.expect("the exchange ended before it served");
    std::thread::spawn(move || lines.for_each(drop));

    let answer = get(&address, "/metrics");
    assert!(answer.head.starts_with("http/1.1 200"), "{}", answer.head);
    let text = answer.body;
    for line in [
        "coretime_alarm{alarm=\"engine_stopped\"} 0",
        "coretime_alarm{alarm=\"chain_not_caught_up\"} 0",
        "coretime_orders_total 0",
        "coretime_engine_queue 0",
        "coretime_live_orders 0",
        "# TYPE coretime_log_sequence gauge",
        "# TYPE coretime_store_sequence gauge",
        "# TYPE coretime_finalised_block gauge",
        "# TYPE coretime_commit_duration_seconds histogram",
    ] {
        assert!(text.lines().any(|there| there == line), "{line} is not in\n{text}");
    }
    drop(process);
    let first: serde_json::Value = serde_json::from_str(&log.join().unwrap()).unwrap();
    assert_eq!(first["level"], "INFO");
}
