//! The settings of `serve`: the command line (and the environment, through it) over the file over the defaults.

use crate::cli::{ServeArgs, ServeSettings};
use anyhow::{Context, Result, bail};
use clap::Args;
use coretime_gateway::{GatewayConfig, Rate, TlsConfig};
use coretime_settlement::parse_account;
use std::fmt::Write;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The signer's key may be in this variable instead of a file. Never in an argument: others can read those.
const SIGNER_VARIABLE: &str = "CORETIME_EXCHANGE_SIGNER";
const USUAL_RESERVES_INTERVAL: Duration = Duration::from_secs(600);
const MAX_HTTP2_SIZE: u32 = (1 << 31) - 1;
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
    pub(crate) first_block: Option<u64>,
    pub(crate) float_planck: u64,
    pub(crate) gateway: GatewayConfig,
    pub(crate) reserves_interval: Duration,
}

/// Where the signer's key comes from.
#[derive(Clone, Debug)]
pub(crate) enum SignerSource {
    File(PathBuf),
    Variable(&'static str),
}

/// What was told, else what the file says, else what is usual.
macro_rules! merge {
    ($told:ident over $file:ident { $($name:ident $(= $usual:expr)?,)* }) => {
        ServeSettings { $($name: $told.$name.or($file.$name)$(.or(Some($usual)))?,)* }
    };
}

impl ServeSettings {
    /// What was told over the file over the defaults. What has no default may still be missing.
    pub(crate) fn merged(args: ServeArgs) -> Result<ServeSettings> {
        let file = args.config.as_deref().map(read_file).transpose()?.unwrap_or_default();
        let told = args.settings;
        let usual = GatewayConfig::default();
        Ok(merge!(told over file {
            chain,
            custody,
            signer_key,
            data,
            grpc = SocketAddr::from(DEFAULT_GRPC),
            http,
            delivery_lead_timeslices = 1,
            first_block,
            float_planck = 0,
            reserves_interval_ms = milliseconds(USUAL_RESERVES_INTERVAL),
            operators = Vec::new(),
            tls_certificate,
            tls_key,
            tls_client_ca,
            tls_client_required = false,
            max_connections = usual.max_connections,
            max_streams = usual.max_streams,
            max_streams_per_account = usual.max_streams_per_account,
            account_rate = usual.account_rate.per_second,
            account_burst = usual.account_rate.burst,
            connection_rate = usual.connection_rate.per_second,
            connection_burst = usual.connection_rate.burst,
            session_lifetime_s = usual.session_lifetime.as_secs(),
            max_public_streams = usual.max_public_streams,
            max_request_bytes = usual.max_request_bytes,
            max_header_bytes = usual.max_header_bytes,
            max_concurrent_calls_per_connection = usual.max_concurrent_calls_per_connection,
            stream_window_bytes = usual.stream_window_bytes,
            connection_window_bytes = usual.connection_window_bytes,
            call_timeout_ms = milliseconds(usual.call_timeout),
            keepalive_interval_ms = milliseconds(usual.keepalive_interval),
            keepalive_timeout_ms = milliseconds(usual.keepalive_timeout),
            feed_capacity_records = usual.feed_capacity_records,
            max_pending_per_order_session = usual.max_pending_per_order_session,
            order_session_buffer_messages = usual.order_session_buffer_messages,
            slow_reader_timeout_ms = milliseconds(usual.slow_reader_timeout),
            max_sessions = usual.max_sessions,
            max_sessions_per_account = usual.max_sessions_per_account,
            challenge_lifetime_ms = milliseconds(usual.challenge_lifetime),
            max_used_challenges = usual.max_used_challenges,
            busy_retry_delay_ms = milliseconds(usual.busy_retry_delay),
            shutdown_grace_ms = milliseconds(usual.shutdown_grace),
            insecure = false,
        }))
    }

    fn gateway(&self) -> Result<GatewayConfig> {
        let usual = GatewayConfig::default();
        let operators = self.operators.iter().flatten();
        let operators = operators.map(|text| parse_account(text).context("an operator's account is wrong"));
        let rate = |usual: Rate, per_second: Option<NonZeroU32>, burst: Option<NonZeroU32>| Rate {
            per_second: per_second.unwrap_or(usual.per_second),
            burst: burst.unwrap_or(usual.burst),
        };
        Ok(GatewayConfig {
            operators: operators.collect::<Result<_>>()?,
            tls: self.tls()?,
            max_connections: count("max-connections", self.max_connections, usual.max_connections)?,
            max_streams: count("max-streams", self.max_streams, usual.max_streams)?,
            max_streams_per_account: count(
                "max-streams-per-account",
                self.max_streams_per_account,
                usual.max_streams_per_account,
            )?,
            account_rate: rate(usual.account_rate, self.account_rate, self.account_burst),
            connection_rate: rate(usual.connection_rate, self.connection_rate, self.connection_burst),
            session_lifetime: self.session_lifetime_s.map_or(usual.session_lifetime, Duration::from_secs),
            max_public_streams: count(
                "max-public-streams",
                self.max_public_streams,
                usual.max_public_streams,
            )?,
            max_request_bytes: count("max-request-bytes", self.max_request_bytes, usual.max_request_bytes)?,
            max_header_bytes: size("max-header-bytes", self.max_header_bytes, usual.max_header_bytes)?,
            max_concurrent_calls_per_connection: size(
                "max-concurrent-calls-per-connection",
                self.max_concurrent_calls_per_connection,
                usual.max_concurrent_calls_per_connection,
            )?,
            stream_window_bytes: size(
                "stream-window-bytes",
                self.stream_window_bytes,
                usual.stream_window_bytes,
            )?,
            connection_window_bytes: size(
                "connection-window-bytes",
                self.connection_window_bytes,
                usual.connection_window_bytes,
            )?,
            call_timeout: duration("call-timeout-ms", self.call_timeout_ms, usual.call_timeout)?,
            keepalive_interval: duration(
                "keepalive-interval-ms",
                self.keepalive_interval_ms,
                usual.keepalive_interval,
            )?,
            keepalive_timeout: duration(
                "keepalive-timeout-ms",
                self.keepalive_timeout_ms,
                usual.keepalive_timeout,
            )?,
            feed_capacity_records: count(
                "feed-capacity-records",
                self.feed_capacity_records,
                usual.feed_capacity_records,
            )?,
            max_pending_per_order_session: count(
                "max-pending-per-order-session",
                self.max_pending_per_order_session,
                usual.max_pending_per_order_session,
            )?,
            order_session_buffer_messages: count(
                "order-session-buffer-messages",
                self.order_session_buffer_messages,
                usual.order_session_buffer_messages,
            )?,
            slow_reader_timeout: duration(
                "slow-reader-timeout-ms",
                self.slow_reader_timeout_ms,
                usual.slow_reader_timeout,
            )?,
            max_sessions: count("max-sessions", self.max_sessions, usual.max_sessions)?,
            max_sessions_per_account: count(
                "max-sessions-per-account",
                self.max_sessions_per_account,
                usual.max_sessions_per_account,
            )?,
            challenge_lifetime: duration(
                "challenge-lifetime-ms",
                self.challenge_lifetime_ms,
                usual.challenge_lifetime,
            )?,
            max_used_challenges: count(
                "max-used-challenges",
                self.max_used_challenges,
                usual.max_used_challenges,
            )?,
            busy_retry_delay: duration(
                "busy-retry-delay-ms",
                self.busy_retry_delay_ms,
                usual.busy_retry_delay,
            )?,
            shutdown_grace: duration("shutdown-grace-ms", self.shutdown_grace_ms, usual.shutdown_grace)?,
            access_journal: usual.access_journal,
        })
    }

    fn tls(&self) -> Result<Option<TlsConfig>> {
        let read =
            |path: &Path| std::fs::read(path).with_context(|| format!("cannot read {}", path.display()));
        let required = self.tls_client_required.unwrap_or(false);
        match (&self.tls_certificate, &self.tls_key) {
            (None, None) if self.tls_client_ca.is_some() || required => {
                bail!(
                    "clients can show certificates only to a server that has one: give --tls-certificate FILE"
                )
            }
            (None, None) => Ok(None),
            (Some(_), None) => bail!("the certificate's key is missing: give --tls-key FILE"),
            (None, Some(_)) => bail!("the key's certificate is missing: give --tls-certificate FILE"),
            (Some(_), Some(_)) if required && self.tls_client_ca.is_none() => {
                bail!("nobody vouches for the certificates that clients must have: give --tls-client-ca FILE")
            }
            (Some(certificate), Some(key)) => Ok(Some(TlsConfig {
                certificate_pem: read(certificate)?,
                key_pem: read(key)?,
                client_ca_pem: self.tls_client_ca.as_deref().map(read).transpose()?,
                client_certificate_required: required,
            })),
        }
    }

    /// As a settings file: each setting with what it means, its value, or a comment where it has none.
    pub(crate) fn explained(&self) -> Result<String> {
        let values = toml::Table::try_from(self)?;
        let command = ServeSettings::augment_args(clap::Command::new("serve"));
        let mut text = String::new();
        for argument in command.get_arguments() {
            let name = argument.get_id().as_str().replace('_', "-");
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            writeln!(text, "# {help}")?;
            match values.get(&name) {
                Some(value) => writeln!(text, "{name} = {value}\n")?,
                None => writeln!(text, "# {name} is not set\n")?,
            }
        }
        Ok(text)
    }
}

impl Settings {
    /// Puts the sources together; names what is missing.
    pub(crate) fn effective(args: ServeArgs) -> Result<Settings> {
        let merged = ServeSettings::merged(args)?;
        let gateway = merged.gateway()?;
        let reserves_interval =
            duration("reserves-interval-ms", merged.reserves_interval_ms, USUAL_RESERVES_INTERVAL)?;
        let signer = match merged.signer_key {
            Some(path) => SignerSource::File(path),
            None if std::env::var_os(SIGNER_VARIABLE).is_some() => SignerSource::Variable(SIGNER_VARIABLE),
            None => bail!("the signer's key is missing: give --signer-key FILE or set {SIGNER_VARIABLE}"),
        };
        let settings = Settings {
            chain: merged.chain.context("the chain is missing: give --chain URL")?,
            custody: merged.custody.context("the custody account is missing: give --custody ADDRESS")?,
            signer,
            data: merged.data.context("the data folder is missing: give --data DIR")?,
            grpc: merged.grpc.unwrap_or(SocketAddr::from(DEFAULT_GRPC)),
            http: merged.http,
            delivery_lead_timeslices: merged.delivery_lead_timeslices.unwrap_or(1),
            first_block: merged.first_block,
            float_planck: merged.float_planck.unwrap_or(0),
            gateway,
            reserves_interval,
        };
        let insecure = merged.insecure.unwrap_or(false);
        // The page is never encrypted.
        let clear_grpc = Some(settings.grpc).filter(|_| settings.gateway.tls.is_none());
        for address in [clear_grpc, settings.http].into_iter().flatten() {
            if !address.ip().is_loopback() && !insecure {
                bail!(
                    "{address} can be reached by others and nothing is encrypted: give --tls-certificate and \
                     --tls-key (gRPC), put a TLS proxy in front of a loopback address, or say --insecure"
                );
            }
        }
        Ok(settings)
    }
}

fn count(name: &str, told: Option<usize>, usual: usize) -> Result<usize> {
    match told {
        Some(0) => bail!("{name} is 0: it is at least 1"),
        told => Ok(told.unwrap_or(usual)),
    }
}

/// What HTTP/2 counts in 31 bits.
fn size(name: &str, told: Option<u32>, usual: u32) -> Result<u32> {
    match told {
        Some(told) if !(1..=MAX_HTTP2_SIZE).contains(&told) => {
            bail!("{name} is {told}: it is 1 to {MAX_HTTP2_SIZE}")
        }
        told => Ok(told.unwrap_or(usual)),
    }
}

fn duration(name: &str, told: Option<u64>, usual: Duration) -> Result<Duration> {
    match told {
        Some(0) => bail!("{name} is 0: it is at least 1 millisecond"),
        told => Ok(told.map_or(usual, Duration::from_millis)),
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
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

    #[test]
    fn the_printed_settings_are_a_file_that_means_the_same() {
        let settings = ServeSettings {
            operators: Some(vec![format!("0x{}", "11".repeat(32))]),
            account_rate: NonZeroU32::new(7),
            ..complete()
        };
        let merged = ServeSettings::merged(ServeArgs { config: None, settings }).unwrap();
        let text = merged.explained().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("exchange.toml");
        std::fs::write(&path, &text).unwrap();
        let args = ServeArgs { config: Some(path), settings: ServeSettings::default() };
        assert_eq!(ServeSettings::merged(args).unwrap(), merged);
        assert!(text.contains("account-rate = 7\n") && text.contains("# http is not set\n"), "{text}");
        // Every setting is explained.
        let fields = toml::Table::try_from(merged).unwrap();
        for name in fields.keys() {
            assert!(text.contains(&format!("\n{name} = ")) || text.starts_with(name), "{name}");
        }
        assert_eq!(text.matches("# \n").count(), 0);
    }

    #[test]
    fn a_bound_of_nothing_is_named_and_the_usual_ones_are_the_gateways() {
        for (settings, name) in [
            (ServeSettings { max_sessions: Some(0), ..complete() }, "max-sessions"),
            (ServeSettings { call_timeout_ms: Some(0), ..complete() }, "call-timeout-ms"),
            (ServeSettings { stream_window_bytes: Some(u32::MAX), ..complete() }, "stream-window-bytes"),
        ] {
            let error = told(settings).unwrap_err().to_string();
            assert!(error.starts_with(name), "{error}");
        }
        let usual = format!("{:?}", GatewayConfig::default());
        assert_eq!(format!("{:?}", told(complete()).unwrap().gateway), usual);
        // As the command line's help tells them.
        let merged = ServeSettings::merged(ServeArgs { config: None, settings: complete() }).unwrap();
        let values = toml::Table::try_from(&merged).unwrap();
        for argument in ServeSettings::augment_args(clap::Command::new("serve")).get_arguments() {
            let help = argument.get_help().unwrap().to_string();
            let told = help
                .rsplit_once("[default: ")
                .and_then(|(_, told)| told.trim_end_matches('.').strip_suffix(']'));
            let value = values.get(&argument.get_id().as_str().replace('_', "-"));
            if let (Some(Ok(told)), Some(value)) = (told.map(str::parse::<i64>), value) {
                assert_eq!(value.as_integer(), Some(told), "{help}");
            }
        }
    }

    #[test]
    fn half_a_tls_setup_is_named() {
        let file = |name: &str| Some(PathBuf::from(name));
        for (settings, missing) in [
            (ServeSettings { tls_certificate: file("a"), ..complete() }, "--tls-key"),
            (ServeSettings { tls_key: file("a"), ..complete() }, "--tls-certificate"),
            (ServeSettings { tls_client_ca: file("a"), ..complete() }, "--tls-certificate"),
            (
                ServeSettings {
                    tls_certificate: file("a"),
                    tls_key: file("b"),
                    tls_client_required: Some(true),
                    ..complete()
                },
                "--tls-client-ca",
            ),
        ] {
            let error = told(settings).unwrap_err().to_string();
            assert!(error.contains(missing), "{error}");
        }
    }
}
