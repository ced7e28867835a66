//! The pictures of `gateway/docs/market.md`, drawn from what its own examples come to. They cannot go stale: a file that
//! differs fails the test, and `CORETIME_WRITE_PICTURES=1` writes it anew.

use crate::documents::blocks;
use crate::exchange::BINARY;
use coretime_carving::{ChainRegion, Custody, Cut, isolate};
use coretime_types::{CoreIndex, CoreMask, Region, Timeslice};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// What the examples sell: core 7, a month.
const ROOT: Region =
    Region { core: CoreIndex(7), begin: Timeslice(0), end: Timeslice(5_040), mask: CoreMask::FULL };
const LEFT: u32 = 70;
const PLOT_WIDTH: u32 = 840;
const PLOT_HEIGHT: u32 = 160;
const STYLE: &str = "<style>text{font:13px system-ui,sans-serif;fill:#44525e}.b{font-weight:600}.axis{stroke:#8a97a2}\
.sale{fill:#86b3d1}.bought{fill:#0f5c8c}.leaves{fill:#c8502f}.chain{fill:#5fa57a}.box{fill:#86b3d1}\
.sale,.bought,.leaves,.chain{stroke:#fff;stroke-width:1.5}.arrow{stroke:#8a97a2;stroke-width:1.5}\
@media(prefers-color-scheme:dark){text{fill:#aab6c0}.in{fill:#14202b}}</style>";

fn document() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/market.md");
    std::fs::read_to_string(path).unwrap()
}

/// The first examples of the document, replayed: all lines, and the state at the end.
fn replay(examples: usize) -> (Vec<Value>, Value) {
    let blocks = blocks(&document());
    let commands = blocks.into_iter().filter(|block| block.0 == "jsonl").take(examples).map(|block| block.1);
    let commands: String = commands.map(|block| block + "\n").collect();
    let mut process = Command::new(BINARY)
        .args(["replay", "--state"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(commands.as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success());
    let told = String::from_utf8(output.stdout).unwrap();
    let mut lines: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let state = lines.pop().unwrap()["state"].clone();
    (lines, state)
}

fn region(of: &Value) -> Region {
    let number = |name: &str| u32::try_from(of[name].as_u64().unwrap()).unwrap();
    Region {
        core: CoreIndex(u16::try_from(number("core")).unwrap()),
        begin: Timeslice(number("begin")),
        end: Timeslice(number("end")),
        mask: CoreMask::from_hex(of["mask"].as_str().unwrap()).unwrap(),
    }
}

/// What is for sale, what was bought and stays, what leaves.
struct Ledger {
    for_sale: Vec<Region>,
    bought: Vec<Region>,
    leaving: Vec<Region>,
}

fn ledger(examples: usize) -> Ledger {
    let (lines, state) = replay(examples);
    let orders = state["orders"].as_array().unwrap().iter();
    let events = lines.iter().flat_map(|line| line["events"].as_array().unwrap());
    Ledger {
        for_sale: orders
            .flat_map(|order| order["pieces"].as_array().into_iter().flatten())
            .map(region)
            .collect(),
        bought: state["regions"].as_array().unwrap().iter().map(region).collect(),
        leaving: events
            .filter(|event| event["event"] == "instruction")
            .map(|event| region(&event["region"]))
            .collect(),
    }
}

fn x(at: Timeslice) -> u32 {
    LEFT + (at.0 - ROOT.begin.0) * PLOT_WIDTH / (ROOT.end.0 - ROOT.begin.0)
}

/// The lowest part is at the bottom.
fn bars(out: &mut String, top: u32, class: &str, regions: &[Region]) {
    for of in regions {
        let set = |part: u32| {
            let bytes = of.mask.to_bytes();
            (bytes[9 - usize::try_from(part / 8).unwrap()] >> (part % 8)) & 1 == 1
        };
        let mut part = 0;
        while part < 80 {
            let first = part;
            while part < 80 && set(part) {
                part += 1;
            }
            if part > first {
                let (from, height) =
                    (top + (80 - part) * PLOT_HEIGHT / 80, (part - first) * PLOT_HEIGHT / 80);
                let width = x(of.end) - x(of.begin);
                writeln!(
                    out,
                    "<rect class=\"{class}\" x=\"{}\" y=\"{from}\" width=\"{width}\" height=\"{height}\"><title>core {}, \
                     [{}, {}), {}/80</title></rect>",
                    x(of.begin),
                    of.core,
                    of.begin,
                    of.end,
                    of.mask.parts()
                )
                .unwrap();
            }
            part += 1;
        }
    }
}

fn text(out: &mut String, class: &str, x: u32, y: u32, anchor: &str, text: &str) {
    writeln!(out, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>")
        .unwrap();
}

/// The axes around a plot: timeslices below, the parts of the core beside it.
fn axes(out: &mut String, top: u32, marks: &[u32]) {
    text(out, "b", LEFT - 8, top + PLOT_HEIGHT / 2 + 5, "end", "core 7");
    text(out, "", LEFT - 8, top + 12, "end", "bit 79");
    text(out, "", LEFT - 8, top + PLOT_HEIGHT, "end", "bit 0");
    for mark in marks {
        let at = x(Timeslice(*mark));
        let (from, to) = (top + PLOT_HEIGHT, top + PLOT_HEIGHT + 5);
        writeln!(out, "<line class=\"axis\" x1=\"{at}\" x2=\"{at}\" y1=\"{from}\" y2=\"{to}\"/>").unwrap();
        text(out, "", at, top + PLOT_HEIGHT + 20, "middle", &mark.to_string());
    }
}

fn legend(out: &mut String, y: u32, entries: &[(&str, &str)]) {
    let mut at = LEFT;
    for (class, name) in entries {
        writeln!(out, "<rect class=\"{class}\" x=\"{at}\" y=\"{}\" width=\"14\" height=\"14\"/>", y - 12)
            .unwrap();
        text(out, "", at + 20, y, "start", name);
        at += 250;
    }
}

fn svg(height: u32, title: &str, inside: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 940 {height}\" role=\"img\">\n<title>{title}</title>\n\
         {STYLE}\n{inside}</svg>\n"
    )
}

/// Fails if the file is another, or writes it.
fn keep(name: &str, drawn: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/pictures").join(name);
    if std::env::var_os("CORETIME_WRITE_PICTURES").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, drawn).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == drawn, "{name} is stale: CORETIME_WRITE_PICTURES=1 draws it anew");
    assert!(document().contains(&format!("](pictures/{name})")), "the document shows {name}");
}

#[test]
fn a_region_is_drawn() {
    let Ledger { for_sale, .. } = ledger(1);
    assert_eq!(for_sale, [ROOT]);
    let mut out = String::new();
    bars(&mut out, 10, "sale", &for_sale);
    axes(&mut out, 10, &[0, 1_260, 2_520, 3_780, 5_040]);
    legend(&mut out, 218, &[("sale", "one region: core 7, [0, 5040), all 80 bits")]);
    keep(
        "region.svg",
        &svg(230, "A region: a core, a window of timeslices, and which of the core's 80 parts", &out),
    );
}

#[test]
fn fills_are_drawn_as_they_are_carved() {
    let Ledger { for_sale, bought, leaving } = ledger(3);
    assert_eq!((for_sale.len(), bought.len(), leaving.len()), (4, 1, 1));
    let mut out = String::new();
    bars(&mut out, 10, "sale", &for_sale);
    bars(&mut out, 10, "bought", &bought);
    bars(&mut out, 10, "leaves", &leaving);
    axes(&mut out, 10, &[0, 180, 360, 1_260, 2_520, 5_040]);
    let names =
        [("sale", "still for sale"), ("bought", "bought, in custody"), ("leaves", "bought, leaves custody")];
    legend(&mut out, 218, &names);
    keep("carving.svg", &svg(230, "A week out of the middle, and half a core for a day", &out));
}

#[test]
fn the_chains_calls_are_drawn_beside_the_ledgers_cuts() {
    let Ledger { for_sale, bought, leaving } = ledger(3);
    let kept: Vec<Region> = [&for_sale[..], &bought].concat();
    let mut custody = Custody::new([ChainRegion { region: ROOT, renewable: true }]);
    let cuts = isolate(&custody, &kept, &leaving[0]).unwrap();
    let mut calls = Vec::new();
    for cut in &cuts {
        custody.apply(cut).unwrap();
        calls.push(match cut {
            Cut::Partition { pivot, .. } => format!("partition at {pivot}"),
            Cut::Interlace { mask, .. } => format!("interlace {} parts", mask.parts()),
        });
    }
    calls.push("transfer".to_owned());
    let on_chain: Vec<Region> =
        custody.regions().map(|root| root.region).filter(|of| *of != leaving[0]).collect();

    let mut out = String::new();
    text(&mut out, "b", LEFT, 16, "start", &format!("In the ledger: {} regions, no call", kept.len() + 1));
    bars(&mut out, 26, "sale", &for_sale);
    bars(&mut out, 26, "bought", &bought);
    bars(&mut out, 26, "leaves", &leaving);
    axes(&mut out, 26, &[0, 180, 360, 1_260, 2_520, 5_040]);
    let told = format!("On chain, when the day leaves: {}", calls.join(", "));
    text(&mut out, "b", LEFT, 240, "start", &told);
    bars(&mut out, 250, "chain", &on_chain);
    bars(&mut out, 250, "leaves", &leaving);
    axes(&mut out, 250, &[0, 180, 360, 5_040]);
    legend(&mut out, 458, &[("chain", "custody's regions on chain"), ("leaves", "sent to the buyer")]);
    keep("chain.svg", &svg(470, "The ledger's cuts and the chain's calls", &out));
}

#[test]
fn the_way_of_an_order_is_drawn() {
    let steps = [
        ("trader", "signs in, sends"),
        ("gateway", "who may what"),
        ("engine", "rules, ledger, book"),
        ("log", "on disk, hashed"),
        ("answer", "with a receipt"),
        ("settlement", "fewest calls"),
        ("chain", "regions, money"),
    ];
    let mut out = String::new();
    for (at, (name, what)) in (10..).step_by(133).zip(steps) {
        let (middle, end) = (at + 56, at + 112);
        writeln!(out, "<rect class=\"box\" x=\"{at}\" y=\"10\" width=\"112\" height=\"34\" rx=\"4\"/>")
            .unwrap();
        text(&mut out, "b in", middle, 32, "middle", name);
        text(&mut out, "", middle, 62, "middle", what);
        if name != "chain" {
            writeln!(out, "<path class=\"arrow\" d=\"M{end} 27h19m-6 -5l6 5l-6 5\" fill=\"none\"/>").unwrap();
        }
    }
    keep("order.svg", &svg(74, "The way of an order: nothing leaves before it is on disk", &out));
}
