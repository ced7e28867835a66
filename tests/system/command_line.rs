//! The command line: `gateway/docs/command-line.md`, command by command as it is written there.

use crate::exchange::{BINARY, Exchange};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

const DOCUMENT: &str = include_str!("../../gateway/docs/command-line.md");

/// Runs in a folder that is also the home folder, so that nobody's own logins are touched.
fn run(exchange: &Exchange, home: &Path, program: &str, arguments: &[&str]) -> Output {
    let binaries = Path::new(BINARY).parent().unwrap();
    let path = format!("{}:{}", binaries.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new(program);
    command.args(arguments).current_dir(home).env("PATH", path).env("HOME", home);
    command.env("XDG_CONFIG_HOME", home.join("config")).env_remove("CORETIME_EXCHANGE_KEY");
    command
        .env("CORETIME_EXCHANGE_SERVER", &exchange.grpc)
        .env("CORETIME_EXCHANGE_DEV_CHAIN", &exchange.chain);
    command.output().unwrap()
}

fn told(exchange: &Exchange, home: &Path, arguments: &[&str]) -> Value {
    let output = run(exchange, home, BINARY, &[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn fails(exchange: &Exchange, home: &Path, arguments: &[&str], expected: &str) {
    let output = run(exchange, home, BINARY, arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?} works");
    assert!(error.contains(expected), "{arguments:?}: {error}");
}

/// The blocks that are to be run.
fn scripts() -> Vec<String> {
    let mut scripts = Vec::new();
    let mut lines = DOCUMENT.lines();
    while lines.by_ref().any(|line| line == "```sh") {
        let script: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        scripts.push(script.join("\n"));
    }
    scripts
}

#[test]
fn the_demos_story_is_told_by_hand_as_documented() {
    let (data, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (exchange, home) = (Exchange::start(data.path()), folder.path());
    let mut text = String::new();
    let scripts = scripts();
    assert!(scripts.len() >= 10, "{scripts:?}");
    for script in scripts {
        // Not for ever, should something that is waited for not come.
        let output = run(&exchange, home, "timeout", &["240", "sh", "-e", "-c", &script]);
        let error = String::from_utf8_lossy(&output.stderr);
        text += &String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{script}\n{error}\n{text}");
    }
    println!("{text}");
    for expected in [
        "at most 0.003528 KSM per core and day, which is 245000 planck per part-timeslice",
        "40/80 of core 0",
        "assigned to task 2000",
        "halted because of: a drill",
        "2 orders cancelled",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }

    let fills = told(&exchange, home, &["fills", "--as", "Dave"]);
    let parts: Vec<u64> =
        fills.as_array().unwrap().iter().map(|fill| fill["parts"].as_u64().unwrap()).collect();
    assert_eq!(parts, [80, 40, 80, 80, 80], "{fills}");
    let deliveries = told(&exchange, home, &["deliveries", "--as", "Dave"]);
    assert!(deliveries.as_array().unwrap().iter().all(|one| one["state"] == "confirmed"), "{deliveries}");
    the_ledger_adds_up(&exchange, home);
    assert_eq!(told(&exchange, home, &["status"])["mode"], "open");
    let orders = told(&exchange, home, &["orders", "--as", "Charlie"]);
    assert!(orders.as_array().unwrap().iter().all(|order| order["side"] == "ask"), "{orders}");
    let completion = std::fs::read_to_string(home.join("completion")).unwrap();
    assert!(completion.contains("max-per-core-day") && completion.contains("deposit-address"));
    let page = std::fs::read_to_string(home.join("manual/coretime-exchange-buy.1")).unwrap();
    assert!(page.contains("core and a day"), "{page}");
    logins_are_private(&home.join("config/coretime-exchange/logins"));
    errors_say_what_to_do_next(&exchange, home);
}

/// The last line of everybody's ledger is what `balance` shows.
fn the_ledger_adds_up(exchange: &Exchange, home: &Path) {
    for name in ["Alice", "Bob", "Charlie", "Dave", "Eve"] {
        let balance = told(exchange, home, &["balance", "--as", name]);
        let planck = |field: &str| balance[field].as_str().unwrap().parse::<u128>().unwrap();
        let ledger = told(exchange, home, &["ledger", "--as", name]);
        let entries = ledger.as_array().unwrap();
        let amounts = entries.iter().map(|entry| entry["amount_planck"].as_str().unwrap().parse::<i128>());
        let sum: i128 = amounts.map(Result::unwrap).sum();
        let total = entries.last().unwrap()["total_planck"].as_str().unwrap().parse::<u128>().unwrap();
        assert_eq!(
            (sum, total),
            (total.cast_signed(), planck("free_planck") + planck("held_planck")),
            "{ledger}"
        );
        let after = entries[0]["sequence"].to_string();
        let rest = told(exchange, home, &["ledger", "--as", name, "--after", &after]);
        assert!(rest.as_array().unwrap().len() < entries.len(), "{rest}");
    }
    let bob = told(exchange, home, &["ledger", "--as", "Bob"]);
    let causes: Vec<&str> =
        bob.as_array().unwrap().iter().map(|one| one["cause"].as_str().unwrap()).collect();
    assert_eq!((causes.first(), causes.last()), (Some(&"notional"), Some(&"withdrawal")), "{bob}");
}

fn logins_are_private(folder: &Path) {
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(Result::unwrap).collect();
    assert_eq!(files.len(), 6);
    #[cfg(unix)]
    for file in files {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
    }
}

fn errors_say_what_to_do_next(exchange: &Exchange, home: &Path) {
    let buy = |price| {
        [
            "buy",
            "--as",
            "Dave",
            "--cores",
            "1",
            "--from",
            "@359000",
            "--days",
            "1",
            "--max-per-core-day",
            price,
        ]
    };
    let cases: [(&[&str], &str); 8] = [
        (&["balance", "--as", "Nobody"], "coretime-exchange login --as Nobody"),
        (&["balance", "--as", "../Alice"], "letters, digits"),
        (&["halt", "--as", "Alice", "no"], "operators are configured"),
        (&buy("0.0001"), "see `book`"),
        (&buy("1000"), "see `balance`"),
        (&buy("cheap"), "is not an amount"),
        (&["ask", "0@355040", "--as", "Eve", "--min-per-core-day", "1"], "see `regions`"),
        (&["cancel", "999", "--as", "Eve"], "see `orders`"),
    ];
    for (arguments, expected) in cases {
        fails(exchange, home, arguments, expected);
    }
    fails(exchange, home, &["book", "--from", "soon"], "is not a date");
    fails(exchange, home, &["watch"], "needs a terminal");
    fails(exchange, home, &["approve-outflow", "--as", "Operator", "1"], "see `held`");
    fails(
        exchange,
        home,
        &["limit-outflow", "--as", "Operator", "--venue", "--core-days", "two"],
        "core-days",
    );
}
