//! What both programs take, and how they start and end.

use crate::progress::{Progress, tell};
use anyhow::{Context, Result, bail};
use clap::Args;
use coretime_client::{Client, ClientConfig, ClientError, Credentials};
use std::future::Future;
use std::path::PathBuf;
use subxt_signer::SecretUri;
use subxt_signer::sr25519::Keypair;
use tokio::sync::watch;

/// What both programs take.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The venue.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:50051")]
    server: String,
    /// A file with the trader's key: a seed phrase, or `//Charlie` on a development chain.
    #[arg(long, value_name = "FILE", conflicts_with = "api_key_file")]
    key_file: Option<PathBuf>,
    /// A file with an API key that may read and trade.
    #[arg(long, value_name = "FILE")]
    api_key_file: Option<PathBuf>,
}

impl RunArgs {
    /// Runs a bot with these credentials, telling what it does, until it ends or Ctrl-C is pressed.
    ///
    /// # Errors
    /// As for [`client`](RunArgs::client), and what the bot ends with.
    pub async fn until_interrupted<F: Future<Output = Result<(), ClientError>>>(
        &self,
        bot: impl FnOnce(Client, watch::Sender<Progress>) -> F,
    ) -> Result<()> {
        let (progress, mut told) = watch::channel(Progress::default());
        tokio::select! {
            ended = bot(self.client()?, progress) => ended?,
            () = tell(&mut told) => {}
            interrupted = tokio::signal::ctrl_c() => interrupted?,
        }
        Ok(())
    }

    /// A client with these credentials.
    ///
    /// # Errors
    /// A file that cannot be read, a key that is none, an address that is none.
    pub fn client(&self) -> Result<Client> {
        let read = |path: &PathBuf| {
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
        };
        let credentials = match (&self.key_file, &self.api_key_file) {
            (Some(path), _) => {
                let text = read(path)?;
                // The error of a parser might quote the key.
                let uri: SecretUri = text
                    .trim()
                    .parse()
                    .map_err(|_| anyhow::anyhow!("{} does not hold a key", path.display()))?;
                let key = Keypair::from_uri(&uri)
                    .map_err(|_| anyhow::anyhow!("{} does not hold an sr25519 key", path.display()))?;
                Credentials::Key(Box::new(key))
            }
            (None, Some(path)) => Credentials::Token(read(path)?.trim().to_owned()),
            (None, None) => bail!("who trades? give --key-file FILE or --api-key-file FILE"),
        };
        Ok(Client::new(&self.server, credentials, ClientConfig::default())?)
    }
}
