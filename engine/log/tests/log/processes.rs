//! Several processes, and one that the operating system restricts. A test runs itself again as a child process.

use crate::support::*;
use coretime_log::LogError;
use std::{
    env, fs,
    path::Path,
    process::{Command as Process, Output},
};

const FOLDER: &str = "CORETIME_LOG_TEST_FOLDER";

/// Runs one of the tests that stand here for a child process, through a shell that first does `setup`.
fn run_child(name: &str, folder: &Path, setup: &str, as_nobody: bool) -> Output {
    // A copy, which every user may run.
    let program = folder.join("test-program");
    fs::copy(env::current_exe().unwrap(), &program).unwrap();
    let mut shell = Process::new("sh");
    shell.arg("-c").arg(format!("{setup} exec \"$0\" --exact processes::{name} --ignored --nocapture"));
    shell.arg(&program).env(FOLDER, folder);
    #[cfg(unix)]
    if as_nobody {
        use std::os::unix::process::CommandExt;
        shell.uid(65_534);
    }
    shell.output().unwrap()
}

#[test]
fn a_second_opener_is_refused() {
    let folder = written(3, LARGE);
    let (writer, _) = opened(folder.path(), exact(LARGE)).unwrap();
    let result = read_all(folder.path());
    assert!(matches!(result, Err(LogError::InUse { .. })), "{result:?}");
    drop(writer);
    assert_eq!(read_all(folder.path()).unwrap().len(), 3);
}

#[test]
#[cfg(unix)]
fn a_second_process_is_refused() {
    let folder = written(3, LARGE);
    let (_writer, _) = opened(folder.path(), exact(LARGE)).unwrap();
    let output = run_child("child_appends_until_it_fails", folder.path(), "", false);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("refused: ") && told.contains("another process uses this data folder"), "{told}");
}

/// The kernel itself refuses to make the file larger, in the middle of a record.
#[test]
#[cfg(target_os = "linux")]
fn a_file_that_may_not_grow_loses_nothing_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    // Without the signal, the write fails.
    let setup = "trap '' XFSZ; ulimit -f 9;";
    let output = run_child("child_appends_until_it_fails", folder.path(), setup, false);
    let told = String::from_utf8_lossy(&output.stdout);
    let numbers = |prefix: &str| -> Vec<u64> {
        told.lines().filter_map(|line| line.strip_prefix(prefix)?.parse().ok()).collect()
    };
    let (acknowledged, sent) = (numbers("durable "), numbers("sent "));
    assert!(told.contains("File too large"), "{told}");
    let kept = read_all(folder.path()).unwrap().len() as u64;
    let (acknowledged, sent) = (*acknowledged.last().unwrap(), *sent.last().unwrap());
    assert!(acknowledged >= 20 && kept >= acknowledged && kept <= sent, "{acknowledged} {kept} {sent}");
}

#[test]
#[cfg(unix)]
fn a_read_only_folder_is_told_as_such_and_left_alone() {
    use std::os::unix::fs::PermissionsExt;
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let folder = written(3, LARGE);
    let path = only_segment(folder.path());
    let before = fs::read(&path).unwrap();
    set(folder.path(), 0o555);
    set(&path, 0o444);
    set(&folder.path().join("lock"), 0o444);
    // Who may do everything is made one who may not.
    let is_root = fs::File::create(folder.path().join("probe")).is_ok();
    set(folder.path(), 0o755);
    let _ = fs::remove_file(folder.path().join("probe"));
    let output = run_child("child_appends_until_it_fails", folder.path(), "", is_root);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("refused: cannot open ") && told.contains("Permission denied"), "{told}");
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(read_all(folder.path()).map(|records| records.len()).ok(), is_root.then_some(3));
}

#[test]
#[ignore = "run by the other tests, as a child process"]
fn child_appends_until_it_fails() {
    let folder = env::var(FOLDER).unwrap();
    let opened = opened(Path::new(&folder), exact(LARGE));
    let (mut writer, _) = match opened {
        Ok(opened) => opened,
        Err(error) => return println!("\nrefused: {error}"),
    };
    for number in 1..=10_000 {
        println!("\nsent {number}");
        let result = append_one(&mut writer, 1, &command(number)).and_then(|_| writer.sync());
        match result {
            Ok(position) => println!("durable {}", position.sequence),
            Err(error) => return println!("failed: {error}"),
        }
    }
}
