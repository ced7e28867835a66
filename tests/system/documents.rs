//! The documentation, played: all shell blocks of a document in one shell, in the order in which they are written, in a
//! folder that is new.

use crate::exchange::BINARY;
use crate::python::skipped;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Longer than any document takes on the slowest machine; not for ever, should something that is waited for not come.
const PATIENCE_S: &str = "280";
/// What stands before a block that is shown and not run.
const NOT_RUN: &str = "(Not run by the tests:";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

fn read(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap()
}

/// The blocks of a document: their kind, their text, and the paragraph before them.
pub(crate) fn blocks(text: &str) -> Vec<(String, String, String)> {
    let (mut blocks, mut before, mut is_new) = (Vec::new(), String::new(), true);
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(kind) = line.strip_prefix("```") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push((kind.to_owned(), block.join("\n"), before.clone()));
        } else if line.is_empty() {
            is_new = true;
        } else {
            let paragraph = if is_new { String::new() } else { before };
            (before, is_new) = (paragraph + line + "\n", false);
        }
    }
    blocks
}

/// Addresses that nobody else has: gRPC, page, chain.
fn free_ports() -> [u16; 3] {
    let listeners = [(); 3].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

/// A shell, and whatever it has started.
struct Shell(Child);

impl Drop for Shell {
    fn drop(&mut self) {
        // The whole group: the servers that a document leaves running, too. Mostly there are none any more.
        let _ = Command::new("kill").args(["-KILL", "--", &format!("-{}", self.0.id())]).output();
        let _ = self.0.wait();
    }
}

/// Plays a document, and gives what it printed; `None` where this machine has no such program.
fn play(name: &str, programs: &[&str]) -> Option<String> {
    for program in programs {
        if Command::new(program)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_err()
        {
            skipped(&format!("{name} is not played: there is no {program}"));
            return None;
        }
    }
    let home = tempfile::tempdir().unwrap();
    let [grpc, page, chain] = free_ports();
    // As it is on the reader's machine, but at addresses that are free, and with blocks that come sooner.
    let bin = home.path().join("bin");
    fs::create_dir(&bin).unwrap();
    let shim = bin.join("coretime-exchange");
    let (dev, alone) = (
        format!(
            "--grpc 127.0.0.1:{grpc} --http 127.0.0.1:{page} --chain 127.0.0.1:{chain} --block-time-ms 200"
        ),
        format!("--listen 127.0.0.1:{chain} --block-time-ms 200"),
    );
    let text = format!(
        "#!/bin/sh\ncase \"$1\" in\ndev) exec '{BINARY}' \"$@\" {dev};;\nchain) exec '{BINARY}' \"$@\" {alone};;\n\
         *) exec '{BINARY}' \"$@\";;\nesac\n"
    );
    fs::write(&shim, text).unwrap();
    fs::set_permissions(&shim, fs::Permissions::from_mode(0o755)).unwrap();

    let document = read(name);
    let scripts: Vec<String> =
        blocks(&document).into_iter().filter(|block| block.0 == "sh").map(|block| block.1).collect();
    assert!(scripts.len() >= 3, "{name} has fewer examples than it had");
    let mut script = scripts.join("\n");
    for (usual, free) in [("50051", grpc), ("8080", page), ("9944", chain)] {
        script = script.replace(usual, &free.to_string());
    }
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let printed = home.path().join("printed");
    let output = fs::File::create(&printed).unwrap();
    let shell = Command::new("timeout")
        .args([PATIENCE_S, "bash", "-e", "-o", "pipefail", "-x", "-c", &script])
        .current_dir(home.path())
        .env("PATH", path)
        .env("HOME", home.path())
        .env("XDG_CONFIG_HOME", home.path().join("config"))
        .env("CORETIME_EXCHANGE_SERVER", format!("http://127.0.0.1:{grpc}"))
        .env("CORETIME_EXCHANGE_DEV_CHAIN", format!("ws://127.0.0.1:{chain}"))
        .env("DOCS", folder())
        .env("RUST_LOG", "warn")
        .env_remove("CORETIME_EXCHANGE_KEY")
        .stdin(Stdio::null())
        .stdout(output.try_clone().unwrap())
        .stderr(output)
        .process_group(0)
        .spawn();
    let mut shell = Shell(shell.unwrap());
    let status = shell.0.wait().unwrap();
    drop(shell);
    let told = fs::read_to_string(&printed).unwrap();
    assert!(status.success(), "{name}: {status}\n{told}");
    println!("{told}");
    Some(told)
}

fn has(told: &str, expected: &[&str]) {
    for text in expected {
        assert!(told.contains(text), "{text:?} is not in\n{told}");
    }
}

#[test]
fn a_venue_is_set_up_and_run_as_documented() {
    let Some(told) = play("running-a-venue.md", &["curl", "openssl"]) else { return };
    has(
        &told,
        &[
            "taker 500 parts per million",
            "confirmed",
            "halted because of: a drill",
            "at most 0.5 KSM and 30 core-days may leave without an operator",
        ],
    );
    // Whoever is woken by an alarm finds it in the handbook.
    let handbook = read("incidents.md");
    let alarms = told.split("coretime_alarm{alarm=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let alarms: Vec<&str> = alarms.collect();
    assert!(alarms.len() >= 9, "{alarms:?}");
    for alarm in alarms {
        assert!(handbook.contains(&format!("`{alarm}`")), "the handbook has no {alarm}");
    }
}

#[test]
fn a_venue_is_restored_from_its_newest_backup_and_refuses_an_older_one_as_documented() {
    let Some(told) = play("backup-and-restore.md", &[]) else { return };
    has(&told, &["the old backup is refused", "the restored venue goes on"]);
}

#[test]
fn a_log_is_audited_and_a_forged_one_convicted_as_documented() {
    let Some(told) = play("audit.md", &["python3"]) else { return };
    has(
        &told,
        &[
            "the chain agrees",
            "is counted with",
            "the chain hash of a receipt",
            "the forged log is convicted",
        ],
    );
}

#[test]
fn every_example_is_run_or_says_that_it_is_not() {
    let mut documents = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        documents += 1;
        for (kind, text, before) in blocks(&fs::read_to_string(&path).unwrap()) {
            let is_fine = match kind.as_str() {
                // Played here and in `command_line`; what replays is run by the tests of engine/scenario.
                "sh" | "jsonl" => true,
                "console" => before.contains(NOT_RUN),
                // Drawings.
                "text" => !text.contains("coretime-exchange "),
                _ => false,
            };
            assert!(is_fine, "{}: a block of kind {kind:?} after {before:?}:\n{text}", path.display());
        }
    }
    assert!(documents >= 7, "{documents}");
}

#[test]
fn links_lead_somewhere() {
    let root = folder().join("../..");
    let mut documents = vec![root.join("README.md")];
    let entries = fs::read_dir(folder()).unwrap();
    documents.extend(
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "md")),
    );
    let mut links = 0;
    for path in documents {
        let text = fs::read_to_string(&path).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap();
            if file.is_empty() || file.contains("://") {
                continue;
            }
            links += 1;
            assert!(path.parent().unwrap().join(file).exists(), "{}: {target}", path.display());
        }
    }
    assert!(links > 20, "{links}");
}
