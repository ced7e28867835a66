//! What an extrinsic would weigh and cost, asked from the runtime, and how much one may weigh.

use super::{AtBlock, ChainError};
use codec::{Compact, Decode, Encode};
use coretime_types::Planck;
use subxt::{dynamic, ext::scale_decode::DecodeAsType};

/// Computing time and proof size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct Weight {
    pub(crate) ref_time: u64,
    pub(crate) proof_size: u64,
}

impl Weight {
    pub(crate) fn fits_into(self, limit: Weight) -> bool {
        self.ref_time <= limit.ref_time && self.proof_size <= limit.proof_size
    }

    /// This much of it, in percent.
    pub(crate) fn share(self, percent: u8) -> Weight {
        let share = |whole: u64| whole / 100 * u64::from(percent) + whole % 100 * u64::from(percent) / 100;
        Weight { ref_time: share(self.ref_time), proof_size: share(self.proof_size) }
    }
}

/// What the runtime says about an extrinsic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cost {
    pub(crate) weight: Weight,
    pub(crate) fee: Planck,
}

/// Asks what these signed bytes would weigh and cost in a block after this one.
pub(crate) async fn cost(at: &AtBlock, extrinsic: &[u8]) -> Result<Cost, ChainError> {
    let length = u32::try_from(extrinsic.len()).unwrap_or(u32::MAX);
    // The bytes are the extrinsic's encoding already.
    let arguments = [extrinsic, &length.encode()].concat();
    let answer = at
        .runtime_apis()
        .call_raw("TransactionPaymentApi_query_info", Some(&arguments))
        .await
        .map_err(ChainError::node("ask what a batch costs"))?;
    // `RuntimeDispatchInfo`: weight, class, fee.
    let (Compact(ref_time), Compact(proof_size), _, fee) =
        <(Compact<u64>, Compact<u64>, u8, u128)>::decode(&mut &answer[..])
            .map_err(|_| ChainError::Unsuitable("it tells fees in another form".into()))?;
    Ok(Cost { weight: Weight { ref_time, proof_size }, fee: Planck(fee) })
}

/// The most that an extrinsic may weigh; none if only the block bounds it.
pub(crate) fn largest_extrinsic(at: &AtBlock) -> Result<Weight, ChainError> {
    #[derive(DecodeAsType)]
    #[decode_as_type(crate_path = "subxt::ext::scale_decode")]
    struct BlockWeights {
        max_block: Weight,
        per_class: PerClass,
    }
    #[derive(DecodeAsType)]
    #[decode_as_type(crate_path = "subxt::ext::scale_decode")]
    struct PerClass {
        normal: ClassLimits,
    }
    #[derive(DecodeAsType)]
    #[decode_as_type(crate_path = "subxt::ext::scale_decode")]
    struct ClassLimits {
        max_extrinsic: Option<Weight>,
    }
    let limits: BlockWeights = at
        .constants()
        .entry(dynamic::constant::<BlockWeights>("System", "BlockWeights"))
        .map_err(ChainError::node("read System.BlockWeights"))?;
    Ok(limits.per_class.normal.max_extrinsic.unwrap_or(limits.max_block))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_measures_must_fit_and_shares_round_down() {
        let limit = Weight { ref_time: 1_001, proof_size: u64::MAX };
        assert_eq!(limit.share(50), Weight { ref_time: 500, proof_size: u64::MAX / 2 });
        assert_eq!(limit.share(100), limit);
        assert!(Weight { ref_time: 1_001, proof_size: 7 }.fits_into(limit));
        assert!(!Weight { ref_time: 1_002, proof_size: 7 }.fits_into(limit));
        let small = Weight { ref_time: 10, proof_size: 6 };
        assert!(!Weight { ref_time: 1, proof_size: 7 }.fits_into(small));
    }
}
