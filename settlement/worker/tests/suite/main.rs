//! Settlement against chains in process, over WebSocket, as against any node: our own runtime with the real pallets, as
//! Kusama's and as Polkadot's, and the unmodified Westend coretime runtime. Each test of the suite runs on all of them.
//!
//! What stands on chain in the end is read back through the wallet, which shares no code with settlement.

// A test stops at the first surprise, in its helpers too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod anchors;
mod bulk;
mod call_proxy;
mod clock;
mod crashes;
mod delivery;
mod deposits;
mod every_call;
mod failures;
mod faults;
mod forks;
mod in_flight;
mod outflow;
mod proxy;
mod reserves;
mod store;
mod traps;
mod upgrade;
mod venue;

/// Makes a test of each function, on each chain.
macro_rules! suite {
    ($($chain:ident = $variant:ident),*; $tests:tt) => {
        $(mod $chain {
            suite!(@on $variant $tests);
        })*
    };
    (@on $variant:ident [$($file:ident::$test:ident,)*]) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            crate::$file::$test(crate::venue::ChainUnderTest::$variant).await;
        })*
    };
}

suite! {
    kusama = Kusama, polkadot = Polkadot, westend = Westend;
    [
        anchors::a_restored_backup_refuses_to_run,
        anchors::a_second_server_on_the_same_custody_refuses_to_run,
        anchors::two_venues_on_one_custody_are_noticed_while_both_run,
        anchors::anybody_may_remark_what_looks_like_an_anchor,
        anchors::an_account_that_cannot_sign_a_challenge_authorises_a_key_on_chain,
        clock::which_timeslice_is_when_is_known_where_the_chain_tells_the_relay_chains_block,
        crashes::killed_at_any_time_it_delivers_once,
        crashes::what_was_recorded_and_never_sent_is_sent_unchanged,
        crashes::what_was_never_included_is_planned_anew_after_its_last_block,
        crashes::a_node_that_goes_away_is_waited_for,
        delivery::what_is_bought_is_carved_out_and_delivered,
        delivery::custody_may_sign_for_itself,
        delivery::many_at_once_share_few_batches,
        delivery::a_batch_is_no_heavier_than_the_runtime_lets_it_be,
        deposits::twice_in_one_block_and_in_a_batch_are_both_credited,
        deposits::what_is_sent_through_a_proxy_is_credited_to_its_owner,
        deposits::what_arrives_while_settlement_is_down_is_credited_later,
        deposits::the_signers_own_top_up_is_float_and_no_deposit,
        deposits::provisional_assignments_survive_a_transfer_so_the_region_is_held_back,
        deposits::pool_contributions_survive_a_transfer_so_the_region_is_held_back,
        deposits::partition_undoes_a_pool_contribution_and_leaves_the_workplan_entry,
        failures::nothing_is_paid_below_the_existential_deposit_to_an_account_that_is_not_there,
        failures::a_leg_at_fault_is_narrowed_down_while_the_others_go_on,
        failures::an_assignment_that_comes_too_late_is_returned_before_it_is_sent,
        failures::a_region_that_the_chain_drops_is_lost_though_the_call_succeeded,
        failures::a_revoked_signer_delivers_nothing_until_it_may_again,
        failures::another_chain_is_refused,
        failures::a_frozen_venue_submits_nothing,
        faults::a_connection_that_is_cut_again_and_again_delivers_once,
        faults::a_line_that_goes_dead_without_a_word_is_given_up_in_time,
        faults::a_subscription_that_falls_silent_is_made_up_for_by_asking,
        faults::a_chain_halted_for_an_hour_delivers_when_it_goes_on,
        faults::fees_that_spike_hold_up_what_the_signer_cannot_pay_and_lose_nothing,
        faults::an_empty_signer_holds_everything_up_and_loses_nothing,
        forks::a_batch_that_a_fork_gives_up_is_sent_unchanged_and_is_in_another_block,
        forks::a_batch_that_a_fork_gives_up_and_whose_nonce_is_taken_is_planned_anew,
        forks::a_deposit_that_a_fork_gives_up_was_never_credited,
        in_flight::batches_on_different_cores_go_out_together_with_consecutive_nonces,
        in_flight::of_one_root_only_one_batch_is_under_way,
        in_flight::a_competing_transaction_that_takes_the_nonce_costs_a_batch_and_nothing_else,
        in_flight::an_expired_batch_leaves_its_nonce_to_the_next_while_later_ones_are_in_the_pool,
        outflow::what_is_held_is_sent_once_it_is_approved_and_not_before,
        reserves::every_trader_can_check_that_he_is_counted,
        reserves::funds_without_a_sender_are_counted_and_credited_by_the_operator,
        reserves::a_region_that_was_encumbered_is_credited_when_it_is_clean_and_kept_in_mind_over_a_restart,
        reserves::what_custody_lacks_freezes_the_venue_until_the_operator_resumes_it,
        reserves::a_chain_that_stands_still_halts_the_venue_until_it_goes_on,
        reserves::a_signer_that_runs_low_is_told_before_it_fails_and_so_are_fees_that_do_not_cover,
        traps::a_region_id_does_not_pin_the_asset,
        traps::a_regions_end_owner_and_renewal_right_are_checked_again_before_it_is_settled,
        traps::drop_region_takes_any_origin_when_its_time_is_over,
        traps::regions_that_come_by_xcm_have_no_event,
        traps::through_a_proxy_the_outer_call_succeeds_even_when_the_inner_one_fails,
        traps::a_proxy_of_type_broker_is_not_enough,
        traps::renewal_rights_arise_only_from_a_final_assignment_of_the_full_region,
        traps::the_first_27_tasks_of_a_core_leave_out_nobody_who_bought_three_parts,
        traps::last_committed_timeslice_runs_ahead_by_the_advance_notice,
        traps::mask_positions_do_not_matter_only_how_many_bits,
        traps::the_previous_task_keeps_running_until_another_assignment_lands,
    ]
}
