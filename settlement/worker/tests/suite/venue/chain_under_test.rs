//! Which chain settlement meets.

use coretime_dev_chain::{Config, DevChain, Profile};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChainUnderTest {
    /// Our own runtime as Kusama's: interlacing is allowed.
    Kusama,
    /// Our own runtime as Polkadot's: interlacing is filtered out.
    Polkadot,
    /// The unmodified Westend coretime runtime.
    Westend,
    /// Our own runtime, which can be upgraded to Westend's.
    BeforeUpgrade,
}

impl ChainUnderTest {
    /// One whole token in planck.
    pub(crate) fn unit_planck(self) -> u128 {
        match self {
            ChainUnderTest::Kusama => Profile::Kusama.unit_planck(),
            ChainUnderTest::Polkadot => Profile::Polkadot.unit_planck(),
            ChainUnderTest::Westend | ChainUnderTest::BeforeUpgrade => coretime_westend_chain::UNIT_PLANCK,
        }
    }

    pub(crate) fn existential_deposit_planck(self) -> u128 {
        match self {
            ChainUnderTest::Kusama => Profile::Kusama.existential_deposit_planck(),
            ChainUnderTest::Polkadot => Profile::Polkadot.existential_deposit_planck(),
            ChainUnderTest::Westend | ChainUnderTest::BeforeUpgrade => {
                coretime_westend_chain::EXISTENTIAL_DEPOSIT_PLANCK
            }
        }
    }

    pub(crate) fn allows_interlace(self) -> bool {
        self != ChainUnderTest::Polkadot
    }

    /// So many parts of a core where it can be shared, else all of it.
    pub(crate) fn share(self, parts: u32) -> u32 {
        if self.allows_interlace() { parts } else { 80 }
    }

    pub(super) fn config(self) -> Config {
        Config::new(if self == ChainUnderTest::Polkadot { Profile::Polkadot } else { Profile::Kusama })
    }

    pub(super) async fn start(self, config: Config) -> DevChain {
        match self {
            ChainUnderTest::Kusama | ChainUnderTest::Polkadot => DevChain::start(config).await.unwrap(),
            ChainUnderTest::Westend => coretime_westend_chain::start(config).await.unwrap(),
            ChainUnderTest::BeforeUpgrade => {
                coretime_westend_chain::start_before_upgrade(config).await.unwrap()
            }
        }
    }
}
