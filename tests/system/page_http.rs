//! What the page answers to those who are not its script: headers, limits, hostile text.

use crate::exchange::{Exchange, key, wait_until};
use crate::http::{ask, get};
use coretime_client::{Client, ClientConfig, Credentials};
use coretime_proto::v1 as pb;
use coretime_types::Planck;

#[test]
fn answers_are_closed_to_other_pages_and_what_others_wrote_is_escaped() {
    let (data, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let exchange = Exchange::start(data.path());
    let paths = ["/", "/page.css", "/page.js", "/icon.svg", "/?scale=weeks&rows=depth", "/?count=0"];
    for path in paths {
        let answer = get(&exchange.page, path);
        let is_wrong = path.contains("count=0");
        let status = if is_wrong { "http/1.1 400" } else { "http/1.1 200" };
        assert!(answer.head.starts_with(status), "{path}: {}", answer.head);
        for header in [
            "content-security-policy: default-src 'self'; base-uri 'none'; form-action 'self'; \
             frame-ancestors 'none'; object-src 'none'",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "cache-control: no-store",
            "cross-origin-opener-policy: same-origin",
            "cross-origin-resource-policy: same-origin",
        ] {
            assert!(answer.head.contains(header), "{path} has no {header}: {}", answer.head);
        }
        assert!(!answer.head.contains("access-control-allow"), "{path}: {}", answer.head);
    }
    // What the policy forbids is not tried: nothing inline, nothing from elsewhere.
    let page = get(&exchange.page, "/").body;
    assert!(page.contains("page.js"), "{page}");
    for forbidden in
        [" style=", "<style", " onclick=", "javascript:", "src=\"http", "href=\"http", "<script>"]
    {
        assert!(!page.contains(forbidden), "{forbidden} in {page}");
    }

    // Parameters are bounded, and one that is wrong is named and not repeated.
    for (query, told) in [
        ("count=101", "count: is not between 1 and 100"),
        ("lot=81", "lot: is not between 1 and 80"),
        ("begin=5&end=5", "end: is not greater than begin"),
        ("begin=5", "end: is missing"),
        ("from=4294967296", "from"),
        ("scale=%3Cscript%3E", "scale"),
        ("anything=1", "anything"),
    ] {
        let answer = get(&exchange.page, &format!("/?{query}"));
        assert!(answer.head.starts_with("http/1.1 400"), "{query}: {}", answer.head);
        assert!(answer.head.contains("content-type: text/plain"), "{query}: {}", answer.head);
        assert!(answer.body.contains(told), "{query}: {}", answer.body);
        let live = get(&exchange.page, &format!("/live?{query}"));
        assert!(live.head.starts_with("http/1.1 400"), "{query}: {}", live.head);
    }
    // The end of all time is a place like any other.
    let edge = get(&exchange.page, "/?from=4294967295&begin=4294967294&end=4294967295&count=100&lot=80");
    assert!(edge.head.starts_with("http/1.1 200"), "{}", edge.head);
    let long = format!("/?from={}", "1".repeat(100_000));
    let long = get(&exchange.page, &long);
    assert!(long.head.starts_with("http/1.1 4"), "{}", long.head);

    // A key that is none opens nothing, and is not shown again.
    for header in ["", "Authorization: Bearer <script>\r\n", "Authorization: Basic QQ==\r\n"] {
        let answer = ask(&exchange.page, "POST", "/account", header);
        assert!(answer.head.starts_with("http/1.1 401"), "{header}: {}", answer.head);
        assert!(!answer.body.contains('<'), "{}", answer.body);
    }

    // A cause is a text that an operator writes, and everybody sees.
    let hostile = "</p><script>alert(1)</script><img src=x onerror=\"alert(2)\">&amp;'";
    exchange.told(home.path(), &["login", "--as", "Operator", "--key-file", "-"], "//Operator");
    exchange.told(home.path(), &["halt", "--as", "Operator", hostile], "");
    let page = get(&exchange.page, "/").body;
    assert!(page.contains("&lt;script&gt;alert(1)"), "the cause is shown: {page}");
    assert!(!page.contains("<script>") && !page.contains("<img"), "{page}");
    let status = get(&exchange.page, "/status");
    assert!(status.head.contains("content-type: text/plain"), "{}", status.head);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_by_an_outflow_limit_is_an_alarm_until_it_is_approved() {
    let data = tempfile::tempdir().unwrap();
    let exchange = Exchange::start(data.path());
    exchange.deposit_funds("Dave", Planck(1_000_000_000_000)).await;
    let credentials = Credentials::Key(Box::new(key("Operator")));
    let operator = Client::new(&exchange.grpc, credentials, ClientConfig::default()).unwrap();
    let mut operator = operator.services().await.unwrap().operator();
    let limit = pb::SetOutflowLimitRequest {
        scope: Some(pb::set_outflow_limit_request::Scope::Venue(pb::VenueOutflowScope {})),
        limit: Some(pb::OutflowLimit { funds_planck: Some("1000000000".into()), part_timeslices: None }),
    };
    operator.set_outflow_limit(limit).await.unwrap();
    let is_shown = |path: &str, text: &str| get(&exchange.page, path).body.contains(text);
    let text = "1 withdrawal or delivery is above an outflow limit and waits for an operator's approval";
    let shown = [
        ("/", format!("<strong>outflow_held</strong> {text}")),
        ("/status", format!("alarm          outflow_held: {text}")),
        ("/metrics", "coretime_alarm{alarm=\"outflow_held\"} 1".to_owned()),
    ];
    for (path, text) in &shown {
        assert!(!is_shown(path, text), "{path}");
    }
    let mut dave = exchange.log_in("Dave").await;
    let withdrawal = pb::WithdrawFundsRequest { amount_planck: "100000000000".into(), request_id: 0 };
    dave.accounts.withdraw_funds(withdrawal).await.unwrap();
    for (path, text) in &shown {
        wait_until("it is shown", async || is_shown(path, text)).await;
    }
    let held = operator.list_held_instructions(pb::ListHeldInstructionsRequest::default()).await.unwrap();
    let number = held.into_inner().instructions[0].instruction.as_ref().unwrap().number;
    operator.approve_outflow(pb::ApproveOutflowRequest { instruction_number: number }).await.unwrap();
    for (path, text) in &shown {
        wait_until("it is not shown any more", async || !is_shown(path, text)).await;
    }
}
