//! The venue, and what every command needs to know of it.

use crate::args::VenueArgs;
use crate::hints::explain;
use crate::login;
use crate::time::Calendar;
use anyhow::{Context, Result};
use coretime_client::{Client, ClientConfig, Credentials, endpoint};
use coretime_proto::v1 as pb;
use coretime_units::Token;
use jiff::Timestamp;
use std::time::Duration;
use tonic::transport::Channel;

const DEFAULT_SERVER: &str = "http://127.0.0.1:50051";
/// A person waits: not long.
const PATIENCE: ClientConfig =
    ClientConfig { call_timeout: Duration::from_secs(10), give_up_after: Duration::from_secs(15) };

/// The venue, and what every command needs to know of it.
pub(crate) struct Venue {
    pub(crate) client: Client,
    pub(crate) told: pb::GetVenueResponse,
    pub(crate) chain: pb::VenueChain,
    pub(crate) token: Token,
    pub(crate) calendar: Calendar,
}

impl VenueArgs {
    pub(crate) fn server_or(&self, kept: Option<String>) -> String {
        self.server.clone().or(kept).unwrap_or_else(|| DEFAULT_SERVER.to_owned())
    }

    pub(crate) fn channel(&self, server: &str) -> Result<Channel> {
        let read = |path: &std::path::PathBuf| {
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
        };
        let ca = self.tls_ca.as_ref().map(read).transpose()?;
        Ok(endpoint(server, ca).map_err(explain)?.connect_lazy())
    }
}

impl Venue {
    /// For what needs no login.
    pub(crate) async fn public(args: &VenueArgs) -> Result<Venue> {
        let server = args.server_or(login::server(&args.login));
        Venue::ask(Venue::with_token(args, &server, String::new())?).await
    }

    /// As who logged in.
    pub(crate) async fn log_in(args: &VenueArgs) -> Result<Venue> {
        let kept = login::read(&args.login)?;
        // A token is for the venue that gave it, and for nobody else to see.
        if let Some(server) = &args.server {
            anyhow::ensure!(
                *server == kept.server,
                "{:?} is logged in to {}: log in to {server} first, or leave --server out",
                args.login,
                kept.server
            );
        }
        Venue::ask(Venue::with_token(args, &kept.server, kept.token)?).await
    }

    pub(crate) fn with_token(args: &VenueArgs, server: &str, token: String) -> Result<Client> {
        Ok(Client::on(args.channel(server)?, Credentials::Token(token), PATIENCE))
    }

    async fn ask(client: Client) -> Result<Venue> {
        // It changes nothing and needs no credentials: what is shown does not matter.
        let told = client.read(|_| {
            let mut venue = client.venue();
            async move { venue.get_venue(pb::GetVenueRequest {}).await }
        });
        let told = told.await.map_err(explain)?;
        let chain = told.chain.clone().context("the venue does not tell its chain")?;
        let token = Token {
            symbol: chain.token_symbol.clone(),
            decimals: chain.token_decimals,
            timeslice_ms: chain.timeslice_duration_ms,
        };
        let clock = told.clock.clone().unwrap_or_default();
        let calendar = Calendar::of(&clock, chain.timeslice_duration_ms, Timestamp::now());
        Ok(Venue { client, told, chain, token, calendar })
    }
}
