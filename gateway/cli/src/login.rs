//! Who trades: keys are read once, sessions and API keys kept in a file that only its owner can read.

use crate::args::{LoginArgs, VenueArgs};
use crate::output::Shown;
use crate::venue::Venue;
use anyhow::{Context, Result, bail, ensure};
use coretime_client::log_in;
use coretime_proto::v1 as pb;
use etcetera::BaseStrategy;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use subxt_signer::SecretUri;
use subxt_signer::sr25519::Keypair;

/// The key may be in this variable. Never in an argument: others can read those.
const KEY_VARIABLE: &str = "CORETIME_EXCHANGE_KEY";

/// What is kept.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kept {
    pub(crate) server: String,
    pub(crate) account: String,
    /// A session's token or an API key: a secret.
    pub(crate) token: String,
    /// 0: never.
    pub(crate) expire_time_unix_ms: i64,
}

/// Signs the venue's challenge and keeps the session, or an API key made with it.
pub(crate) async fn run(venue: &VenueArgs, args: &LoginArgs) -> Result<Shown> {
    let path = path(&venue.login)?;
    let key = read_key(args)?;
    let server = venue.server_or(None);
    let channel = venue.channel(&server)?;
    let login = log_in(channel, &key).await.map_err(crate::hints::explain)?;
    let (mut token, mut expires) = (login.token, login.expire_time_unix_ms);
    let mut what = "session";
    if !args.api_key.is_empty() {
        let with = Venue::with_token(venue, &server, token)?;
        let scopes: Vec<i32> = args.api_key.iter().map(|scope| pb::Scope::from(*scope).into()).collect();
        let asked = pb::CreateApiKeyRequest { label: "command line".into(), scopes, expire_time_unix_ms: 0 };
        let services = with.services().await.map_err(crate::hints::explain)?;
        let made = services.auth().create_api_key(asked).await;
        token = made.map_err(|status| crate::hints::explain(status.into()))?.into_inner().api_key;
        // It has done its work.
        let _ = services.auth().end_session(pb::EndSessionRequest {}).await;
        (expires, what) = (0, "API key");
    }
    let account = login.account.to_string();
    let kept = Kept { server, account: account.clone(), token, expire_time_unix_ms: expires };
    write(&path, &kept)?;
    let file = path.display().to_string();
    let text = format!("logged in as {account}\nthe {what} is kept in {file}, readable by you only");
    let told = json!({ "account": account, "kept": what, "file": file, "expire_time_unix_ms": expires });
    Ok(Shown::new(text, told))
}

/// What was kept under this name.
pub(crate) fn read(name: &str) -> Result<Kept> {
    let path = path(name)?;
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            bail!("nobody is logged in as {name:?}: run `coretime-exchange login --as {name}` first")
        }
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    serde_json::from_str(&text).with_context(|| format!("{} is damaged: log in again", path.display()))
}

/// The server that was logged in to under this name, if any.
pub(crate) fn server(name: &str) -> Option<String> {
    read(name).ok().map(|kept| kept.server)
}

fn path(name: &str) -> Result<PathBuf> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    ensure!(
        !name.is_empty() && name.chars().all(is_plain),
        "a name for --as has letters, digits, - and _ only"
    );
    let base = etcetera::choose_base_strategy().context("you have no home folder to keep the login in")?;
    Ok(base.config_dir().join("coretime-exchange").join("logins").join(format!("{name}.json")))
}

fn write(path: &Path, kept: &Kept) -> Result<()> {
    let cannot = || format!("cannot write {}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(cannot)?;
    }
    // Under another name first: the file is whole or as it was, and never readable by others.
    let new = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match std::fs::remove_file(&new) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error).with_context(cannot),
        _ => {}
    }
    let mut file = options.open(&new).with_context(cannot)?;
    file.write_all(&serde_json::to_vec(kept)?).with_context(cannot)?;
    file.sync_all().with_context(cannot)?;
    std::fs::rename(&new, path).with_context(cannot)
}

/// From the file, else the environment, else by asking.
fn read_key(args: &LoginArgs) -> Result<Keypair> {
    let text = match (&args.key_file, std::env::var(KEY_VARIABLE)) {
        (Some(path), _) if path.as_os_str() == "-" => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).context("cannot read standard input")?;
            text
        }
        (Some(path), _) => {
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?
        }
        (None, Ok(text)) => text,
        (None, Err(_)) if std::io::stdin().is_terminal() => {
            rpassword::prompt_password("seed phrase: ").context("cannot read the seed phrase")?
        }
        (None, Err(_)) => {
            bail!("the key is missing: give --key-file FILE (- is standard input) or set {KEY_VARIABLE}")
        }
    };
    // A parser's error might quote the key.
    let uri: SecretUri =
        text.trim().parse().map_err(|_| anyhow::anyhow!("that is not a seed phrase, nor a secret URI"))?;
    Keypair::from_uri(&uri).map_err(|_| anyhow::anyhow!("that is not the secret of an sr25519 key"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn what_is_kept_is_readable_by_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logins/alice.json");
        let kept = |token: &str| Kept {
            server: "http://venue".into(),
            account: "0x".into(),
            token: token.into(),
            expire_time_unix_ms: 0,
        };
        write(&path, &kept("one")).unwrap();
        write(&path, &kept("two")).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let read: Kept = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(read.token, "two");
    }

    #[test]
    fn names_stay_inside_the_folder() {
        for wrong in ["", "../alice", "a/b", "."] {
            assert!(path(wrong).is_err(), "{wrong}");
        }
    }
}
