//! The settings of `serve`: the command line (and the environment, through it) over the file over the defaults.

use crate::cli::{ServeArgs, ServeSettings};
use anyhow::{Context, Result, bail};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The signer's key may be in this variable instead of a file. Never in an argument: others can read those.
const SIGNER_VARIABLE: &str = "CORETIME_EXCHANGE_SIGNER";
const DEFAULT_GRPC: ([u8; 4], u16) = ([127, 0, 0, 1], 50_051);

/// The settings in force.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) chain: String,
    pub(crate) custody: String,
    pub(crate) signer: SignerSource,
    pub(crate) data: PathBuf,
    pub(crate) grpc: SocketAddr,
    pub(crate) http: Option<SocketAddr>,
    pub(crate) delivery_lead_timeslices: u32,
}

/// Where the signer's key comes from.
#[derive(Clone, Debug)]
pub(crate) enum SignerSource {
    File(PathBuf),
    Variable(&'static str),
}

impl Settings {
    /// Puts the sources together; names what is missing.
    pub(crate) fn effective(args: ServeArgs) -> Result<Settings> {
        let file = args.config.as_deref().map(read_file).transpose()?.unwrap_or_default();
        let told = args.settings;
        let signer = match told.signer_key.or(file.signer_key) {
            Some(path) => SignerSource::File(path),
            None if std::env::var_os(SIGNER_VARIABLE).is_some() => SignerSource::Variable(SIGNER_VARIABLE),
            None => bail!("the signer's key is missing: give --signer-key FILE or set {SIGNER_VARIABLE}"),
        };
        let settings = Settings {
            chain: told.chain.or(file.chain).context("the chain is missing: give --chain URL")?,
            custody: told
                .custody
                .or(file.custody)
                .context("the custody account is missing: give --custody ADDRESS")?,
            signer,
            data: told.data.or(file.data).context("the data folder is missing: give --data DIR")?,
            grpc: told.grpc.or(file.grpc).unwrap_or(SocketAddr::from(DEFAULT_GRPC)),
            http: told.http.or(file.http),
            delivery_lead_timeslices: told
                .delivery_lead_timeslices
                .or(file.delivery_lead_timeslices)
                .unwrap_or(1),
        };
        let insecure = told.insecure.or(file.insecure).unwrap_or(false);
        for address in [Some(settings.grpc), settings.http].into_iter().flatten() {
            if !address.ip().is_loopback() && !insecure {
                bail!(
                    "{address} can be reached by others and nothing is encrypted: put a TLS proxy in front of a \
                       loopback address, or say --insecure"
                );
            }
        }
        Ok(settings)
    }
}

fn read_file(path: &Path) -> Result<ServeSettings> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("{} is not a valid settings file", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(settings: ServeSettings) -> Result<Settings> {
        Settings::effective(ServeArgs { config: None, settings })
    }

    fn complete() -> ServeSettings {
        ServeSettings {
            chain: Some("ws://127.0.0.1:9944".into()),
            custody: Some("0x00".into()),
            signer_key: Some("key".into()),
            data: Some("data".into()),
            ..ServeSettings::default()
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = told(ServeSettings { custody: None, ..complete() }).unwrap_err();
        assert!(error.to_string().contains("--custody"), "{error}");
    }

    #[test]
    fn the_command_line_goes_before_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("exchange.toml");
        std::fs::write(
            &path,
            "chain = \"ws://file\"\ngrpc = \"127.0.0.1:1\"\ndelivery-lead-timeslices = 7\n",
        )
        .unwrap();
        let args = ServeArgs { config: Some(path.clone()), settings: complete() };
        let settings = Settings::effective(args).unwrap();
        assert_eq!(settings.chain, "ws://127.0.0.1:9944");
        assert_eq!(settings.grpc, SocketAddr::from(([127, 0, 0, 1], 1)));
        assert_eq!(settings.delivery_lead_timeslices, 7);

        std::fs::write(&path, "signer = \"//Alice\"\n").unwrap();
        let args = ServeArgs { config: Some(path), settings: complete() };
        assert!(format!("{:#}", Settings::effective(args).unwrap_err()).contains("signer"));
    }

    #[test]
    fn plaintext_beyond_loopback_must_be_asked_for() {
        let open = ServeSettings { grpc: Some(([0, 0, 0, 0], 50_051).into()), ..complete() };
        assert!(told(open.clone()).is_err());
        assert!(told(ServeSettings { insecure: Some(true), ..open }).is_ok());
    }
}
