//! An exchange without a chain, and traders with money on it.

use coretime_client::{ClientError, Trader};
use coretime_gateway::{
    FillSource, FillSourceError, Gateway, GatewayConfig, GatewayError, Rate, RecordedFill,
    RecordedInstruction, VenueInfo,
};
use coretime_sequencer::{Engine, EngineConfig, Position, Running, StartError, Stopped, SubmitError};
use coretime_types::{
    AccountId, BlockNumber, ChainReference, Command, InstructionNumber, LedgerEntry, LedgerPlace, Planck,
    TradeId,
};
use std::{
    io,
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use subxt_signer::sr25519::Keypair;
use tokio::net::TcpListener;
use tonic::{
    Status,
    transport::{Channel, Endpoint},
};

/// Why the load cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The operating system refuses.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The engine does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The gateway does not start.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// The engine takes nothing.
    #[error(transparent)]
    Submit(#[from] SubmitError),
    /// The engine has stopped.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// A client cannot connect.
    #[error(transparent)]
    Transport(#[from] tonic::transport::Error),
    /// A client is refused.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A call failed.
    #[error(transparent)]
    Status(#[from] Box<Status>),
    /// A key cannot be made.
    #[error("a trader's key cannot be made")]
    Key,
    /// Something was measured that cannot be.
    #[error("{0}")]
    Measure(String),
}

impl From<Status> for LoadError {
    fn from(status: Status) -> LoadError {
        LoadError::Status(Box::new(status))
    }
}

/// An exchange without a chain.
pub struct LoadVenue {
    /// Its engine.
    pub engine: Engine,
    /// Where it serves.
    pub address: SocketAddr,
    /// Each must have a later reference than the one before.
    deposits: AtomicU32,
    _running: Running,
}

struct NoFills(Engine);

impl FillSource for NoFills {
    fn position(&self) -> Result<Position, FillSourceError> {
        Ok(self.0.durable_position())
    }

    fn fills_of(
        &self,
        _: AccountId,
        _: Option<TradeId>,
        _: usize,
    ) -> Result<Vec<RecordedFill>, FillSourceError> {
        Ok(Vec::new())
    }

    fn instruction(&self, _: InstructionNumber) -> Result<Option<RecordedInstruction>, FillSourceError> {
        Ok(None)
    }

    fn instructions_of(
        &self,
        _: AccountId,
        _: Option<InstructionNumber>,
        _: usize,
    ) -> Result<Vec<RecordedInstruction>, FillSourceError> {
        Ok(Vec::new())
    }

    fn ledger_entries_of(
        &self,
        _: AccountId,
        _: Option<LedgerPlace>,
        _: usize,
    ) -> Result<Vec<LedgerEntry>, FillSourceError> {
        Ok(Vec::new())
    }
}

impl LoadVenue {
    /// Starts one with its log in this folder; `rate` is what each account and connection may.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(folder: &Path, rate: Rate) -> Result<LoadVenue, LoadError> {
        let config = EngineConfig { snapshot_every_commands: 0, ..EngineConfig::new(folder) };
        let (engine, running) = coretime_sequencer::start(config)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let config = GatewayConfig {
            account_rate: rate,
            connection_rate: rate,
            slow_reader_timeout: Duration::from_secs(2),
            ..GatewayConfig::default()
        };
        let info = VenueInfo {
            genesis_hash: [1; 32],
            custody: AccountId([2; 32]),
            token_symbol: "DOT".into(),
            token_decimals: 10,
            ss58_prefix: 0,
            timeslice_duration: Duration::from_secs(480),
        };
        let gateway = Gateway::new(config, engine.clone(), Arc::new(NoFills(engine.clone())), info)?;
        tokio::spawn(gateway.serve(listener, std::future::pending()));
        Ok(LoadVenue { engine, address, deposits: AtomicU32::new(0), _running: running })
    }

    /// A trader with money, on a connection of his own.
    ///
    /// # Errors
    /// When he is not let in.
    pub async fn trader(&self, number: u32) -> Result<Trader, LoadError> {
        self.trader_on(connect(self.address).await?, number).await
    }

    /// A trader with money, on this connection.
    ///
    /// # Errors
    /// When he is not let in.
    pub async fn trader_on(&self, channel: Channel, number: u32) -> Result<Trader, LoadError> {
        let mut seed = [0; 32];
        seed[..4].copy_from_slice(&number.to_le_bytes());
        let key = Keypair::from_secret_key(seed).map_err(|_| LoadError::Key)?;
        let trader = Trader::log_in(channel, "load", key).await?;
        let event = self.deposits.fetch_add(1, Ordering::Relaxed);
        let reference = ChainReference { block: BlockNumber(1), event };
        let (account, amount) = (trader.account, Planck(1 << 80));
        self.engine.submit(Command::DepositFunds { account, amount, reference })?.await?;
        Ok(trader)
    }
}

pub(super) async fn connect(address: SocketAddr) -> Result<Channel, LoadError> {
    let endpoint = Endpoint::from_shared(format!("http://{address}"))?.tcp_nodelay(true);
    Ok(endpoint.connect().await?)
}
