//! A chain's data folder: who uses it, and what its genesis was made from.

use std::{
    fs::{self, File, TryLockError},
    io::Write,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use coretime_dev_runtime::{AccountId, Genesis, Profile, SaleSettings, TIMESLICE_PERIOD_RELAY_BLOCKS};
use serde::{Deserialize, Serialize};
use sp_core::{Pair, sr25519};

use crate::{
    config::{Config, StartError},
    runtime::ClockOrigin,
};

/// Where the relay chain's clock stands when a chain begins: a height of the right size, on a timeslice.
pub(crate) const RELAY_BLOCK_AT_GENESIS: u32 = 28_000_000;
/// What each development account has, in whole tokens.
const DEV_ACCOUNT_TOKENS: u128 = 1_000_000;
/// The development accounts; the first is sudo.
const DEV_ACCOUNTS: [&str; 6] = ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie"];

/// What a chain's genesis follows from, as `genesis.json` keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GenesisSettings {
    pub(crate) profile: Profile,
    genesis_unix_millis: u64,
    genesis_relay_block: u32,
    region_length_timeslices: u32,
    advance_notice_relay_blocks: u32,
    core_count: u16,
    /// Decimal: JSON's numbers are too small for planck.
    core_price_planck: String,
    /// Public key in hex and planck in decimal.
    endowed: Vec<(String, String)>,
}

impl GenesisSettings {
    /// The settings of a chain that begins now.
    fn of(config: &Config) -> Self {
        let price = config.core_price_planck;
        Self {
            profile: config.profile,
            genesis_unix_millis: unix_millis_now(),
            genesis_relay_block: RELAY_BLOCK_AT_GENESIS,
            region_length_timeslices: config.region_length_timeslices,
            advance_notice_relay_blocks: config.advance_notice_relay_blocks,
            core_count: config.core_count,
            core_price_planck: price.unwrap_or_else(|| config.profile.minimum_end_price_planck()).to_string(),
            endowed: config
                .endowed
                .iter()
                .map(|(account, planck)| (hex::encode(account), planck.to_string()))
                .collect(),
        }
    }

    /// Where the chain's clocks begin.
    pub(crate) fn clock_origin(&self) -> ClockOrigin {
        ClockOrigin { relay_block: self.genesis_relay_block, unix_millis: self.genesis_unix_millis }
    }

    /// What block 0 is made from; a number that does not parse is an error of the settings file.
    pub(crate) fn genesis(&self, path: &Path) -> Result<Genesis, StartError> {
        let malformed = |what: &str| StartError::Settings {
            path: path.to_owned(),
            reason: format!("{what} is malformed"),
        };
        let planck = |text: &str, what| text.parse().map_err(|_| malformed(what));
        let dev_account_planck = DEV_ACCOUNT_TOKENS * self.profile.unit_planck();
        let mut endowed: Vec<_> =
            DEV_ACCOUNTS.iter().map(|name| (dev_account(name), dev_account_planck)).collect();
        for (account, balance) in &self.endowed {
            let mut key = [0; 32];
            hex::decode_to_slice(account, &mut key).map_err(|_| malformed("an account"))?;
            endowed.push((key.into(), planck(balance, "a balance")?));
        }
        // Of the time between two sales, a quarter belongs to renewals and a quarter to the falling price: a
        // week each of four.
        let quarter_sale = self.region_length_timeslices.saturating_mul(TIMESLICE_PERIOD_RELAY_BLOCKS) / 4;
        Ok(Genesis {
            profile: self.profile,
            relay_block_number: self.genesis_relay_block,
            endowed,
            sudo: dev_account(DEV_ACCOUNTS[0]),
            sale: SaleSettings {
                region_length_timeslices: self.region_length_timeslices,
                advance_notice_relay_blocks: self.advance_notice_relay_blocks,
                interlude_relay_blocks: quarter_sale,
                leadin_relay_blocks: quarter_sale.max(1),
                core_count: self.core_count,
                price: planck(&self.core_price_planck, "the core's price")?,
            },
        })
    }

    /// The first setting of a kept chain that is not what is asked for now.
    fn check(&self, asked: &Self, path: &Path) -> Result<(), StartError> {
        let differs = |setting, stored: String, asked: String| {
            if stored == asked {
                return Ok(());
            }
            Err(StartError::SettingDiffers { path: path.to_owned(), setting, stored, asked })
        };
        let profile = |settings: &Self| settings.profile.name().to_owned();
        differs("profile", profile(self), profile(asked))?;
        let length = |settings: &Self| settings.region_length_timeslices.to_string();
        differs("region length", length(self), length(asked))?;
        let notice = |settings: &Self| settings.advance_notice_relay_blocks.to_string();
        differs("advance notice", notice(self), notice(asked))?;
        differs("core count", self.core_count.to_string(), asked.core_count.to_string())?;
        differs("core price", self.core_price_planck.clone(), asked.core_price_planck.clone())?;
        let endowed = |settings: &Self| format!("{:?}", settings.endowed);
        differs("list of endowed accounts", endowed(self), endowed(asked))
    }
}

/// A chain's data folder, locked for this process.
pub(crate) struct Folder {
    path: PathBuf,
    /// The lock lasts as long as the file is open.
    _lock: File,
}

impl Folder {
    /// Makes the folder if need be and takes it for this process.
    pub(crate) fn open(path: &Path) -> Result<Self, StartError> {
        let failed = |action, path: &Path| {
            let path = path.to_owned();
            move |source| StartError::File { action, path, source }
        };
        fs::create_dir_all(path).map_err(failed("make", path))?;
        let lock_path = path.join("lock");
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(failed("open", &lock_path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(StartError::InUse { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => Err(failed("lock", &lock_path)(source)),
        }
    }

    pub(crate) fn blocks_path(&self) -> PathBuf {
        self.path.join("blocks")
    }

    /// The settings of the folder's chain; those of a new chain if it has none.
    pub(crate) fn settings(&self, config: &Config) -> Result<GenesisSettings, StartError> {
        let path = self.path.join("genesis.json");
        let asked = GenesisSettings::of(config);
        match fs::read(&path) {
            Ok(bytes) => {
                let stored: GenesisSettings = serde_json::from_slice(&bytes).map_err(|error| {
                    StartError::Settings { path: path.clone(), reason: error.to_string() }
                })?;
                stored.check(&asked, &self.path)?;
                Ok(stored)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                self.write_settings(&path, &asked)?;
                Ok(asked)
            }
            Err(source) => Err(StartError::File { action: "read", path, source }),
        }
    }

    /// Writes the settings whole or not at all.
    fn write_settings(&self, path: &Path, settings: &GenesisSettings) -> Result<(), StartError> {
        let fresh = self.path.join("genesis.json.new");
        let write = || {
            let mut file = File::create(&fresh)?;
            file.write_all(&serde_json::to_vec_pretty(settings)?)?;
            file.sync_all()?;
            fs::rename(&fresh, path)?;
            File::open(&self.path)?.sync_all()
        };
        write().map_err(|source| StartError::File { action: "write", path: path.into(), source })
    }
}

/// The settings of a chain that is kept nowhere.
pub(crate) fn fleeting_settings(config: &Config) -> GenesisSettings {
    GenesisSettings::of(config)
}

fn dev_account(name: &str) -> AccountId {
    // The well-known development phrase; these names are all valid paths of it.
    let seed = format!("//{name}");
    match sr25519::Pair::from_string(&seed, None) {
        Ok(pair) => pair.public().into(),
        Err(_) => unreachable!("{seed} is a derivation path"),
    }
}

fn unix_millis_now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
