//! What following the next best actions would bring in the generated shop, against simpler rules.
//!
//! The world of the simulation is what the generator planted, and nothing that the tables reckon:
//! - A letter is one of its campaigns: it costs what they cost and makes a customer place one extra order with the planted
//!   probability of its arm, if they have not dropped out by the end of the shop's period and are no event buyer.
//! - That order is worth the customer's planted mean, at the rate of margin that customers of the same planted segment
//!   and behaviour made; what it brings is taken as expected, so that no dice decide.
//! - Nothing else follows: an extra order changes neither how often somebody buys nor when they leave, and no action is
//!   better than another but by its letter. So nobody is lost for lack of thanks, and asking for a friend brings none.
//!
//! The tables know the letters only by the shop's own tests, with all their noise. Every rule sends the same letters at
//! the same cost to customers who have not opted out, the dearest letters to whoever it puts first.

use crate::tables::{Published, flags, numbers, parquet, texts};
use crate::truth::demo_of_seed;
use std::collections::BTreeMap;
use std::path::Path;

const SEEDS: u64 = 3;
const LINES: u64 = 60_000;
/// From a few hundred letters to all that pay.
const BUDGETS: [f64; 4] = [10.0, 30.0, 100.0, 1000.0];

/// The letter of every action: campaign, arm and cost, as they are planted.
const PUSH: (&str, &str, f64) = ("app_push", "push", 0.02);
const SAMPLE: (&str, &str, f64) = ("app_push", "push_and_sample", 1.4);
const VOUCHER: (&str, &str, f64) = ("spring_voucher", "treated", 0.65);
const LETTERS: [(&str, (&str, &str, f64)); 9] = [
    ("thank_and_protect", SAMPLE),
    ("nurture_second", PUSH),
    ("nurture_third", PUSH),
    ("cross_sell", PUSH),
    ("raise_margin", PUSH),
    ("recover_category", PUSH),
    ("save_fading", VOUCHER),
    ("win_back", VOUCHER),
    ("ask_referral", PUSH),
];

/// What is sent: the planted chance of an extra order, and the cost.
#[derive(Clone, Copy)]
struct Letter {
    chance: f64,
    cost: f64,
}

/// The planted customers by id: margin of an extra order, 0 of who places none whatever they get.
type World = BTreeMap<String, f64>;

fn world(folder: &Path) -> World {
    let truth = parquet(&folder.join("shop/truth_customers.parquet"));
    let kinds: Vec<_> = texts(&truth, "segment")
        .into_iter()
        .zip(texts(&truth, "behaviour"))
        .collect();
    let mut sums: BTreeMap<_, (f64, f64)> = BTreeMap::new();
    let money = numbers(&truth, "margin")
        .into_iter()
        .zip(numbers(&truth, "revenue"));
    for (kind, (margin, revenue)) in kinds.iter().zip(money) {
        let sum = sums.entry(kind).or_default();
        *sum = (sum.0 + margin, sum.1 + revenue);
    }
    let responds = flags(&truth, "is_active");
    let values = numbers(&truth, "order_value_mean");
    let margins = (0..kinds.len()).map(|row| {
        let (margin, revenue) = sums[&kinds[row]];
        f64::from(u8::from(responds[row])) * values[row] * margin / revenue
    });
    texts(&truth, "customer_id")
        .into_iter()
        .zip(margins)
        .collect()
}

/// What these letters bring, less what they cost, if they go to these customers in turn.
fn gain(world: &World, letters: &[Letter], customers: impl Iterator<Item = String>) -> f64 {
    let sent: Vec<f64> = customers
        .zip(letters)
        .map(|(customer, letter)| letter.chance * world[&customer] - letter.cost)
        .collect();
    assert_eq!(sent.len(), letters.len());
    sent.iter().sum()
}

/// The actions that a budget reaches, by customer: the last of their steps within it.
fn reached(published: &Published, budget: f64) -> BTreeMap<String, String> {
    let steps = published.table("actions.action_steps");
    let [customers, actions] = ["customer_id", "action"].map(|name| texts(&steps, name));
    let [numbers_of_steps, costs] = ["step", "cost_to_here"].map(|name| numbers(&steps, name));
    let mut rows: Vec<usize> = (0..costs.len())
        .filter(|row| costs[*row] <= budget)
        .collect();
    rows.sort_by(|one, other| numbers_of_steps[*one].total_cmp(&numbers_of_steps[*other]));
    let rows = rows.into_iter();
    rows.map(|row| (customers[row].clone(), actions[row].clone()))
        .collect()
}

/// The letters of these actions, the dearest first: to whom, and what.
fn letters_of(reached: BTreeMap<String, String>, folder: &Path) -> Vec<(String, Letter)> {
    let truth = std::fs::read(folder.join("shop/truth.json")).unwrap();
    let truth: serde_json::Value = serde_json::from_slice(&truth).unwrap();
    let planted: BTreeMap<&str, &serde_json::Value> = truth["campaigns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|campaign| (campaign["campaign_id"].as_str().unwrap(), campaign))
        .collect();
    let letters: BTreeMap<&str, Letter> = LETTERS
        .into_iter()
        .map(|(action, (campaign, arm, cost))| {
            let chance = &planted[campaign]["arms"][arm]["extra_order_probability"];
            let chance = chance.as_f64().unwrap();
            (action, Letter { chance, cost })
        })
        .collect();
    let mut advised: Vec<(String, Letter)> = reached
        .into_iter()
        .filter_map(|(customer, action)| Some((customer, *letters.get(action.as_str())?)))
        .collect();
    advised.sort_by(|(_, one), (_, other)| other.cost.total_cmp(&one.cost));
    advised
}

/// Customers who may be contacted by other rules, those whom the rule puts first in front.
fn by_rules(published: &Published, folder: &Path) -> [(&'static str, Vec<String>); 3] {
    let customers = parquet(&folder.join("shop/customers.parquet"));
    let opted_out: BTreeMap<_, _> = texts(&customers, "customer_id")
        .into_iter()
        .zip(flags(&customers, "opted_out"))
        .collect();
    let rfm = published.table("segments.rfm");
    let ids = texts(&rfm, "customer_id");
    let [recency, revenue] = ["recency_days", "revenue"].map(|name| numbers(&rfm, name));
    let scores =
        ["recency_score", "frequency_score", "monetary_score"].map(|name| numbers(&rfm, name));
    let ranked = |worth: &dyn Fn(usize) -> (f64, f64)| -> Vec<String> {
        let mut rows: Vec<usize> = (0..ids.len())
            .filter(|row| !opted_out[&ids[*row]])
            .collect();
        rows.sort_by(|one, other| {
            let (one, other) = (worth(*one), worth(*other));
            other.0.total_cmp(&one.0).then(other.1.total_cmp(&one.1))
        });
        rows.into_iter().map(|row| ids[row].clone()).collect()
    };
    let lottery = clientele_model::experiment::Split::new("a rule of chance", "");
    let score = |row: usize| scores.iter().map(|score| score[row]).sum::<f64>();
    [
        ("recency", ranked(&|row| (-recency[row], revenue[row]))),
        ("RFM", ranked(&|row| (score(row), revenue[row]))),
        ("chance", ranked(&|row| (lottery.uniform(&ids[row]), 0.0))),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn following_the_next_best_actions_brings_more_than_recency_rfm_or_chance() {
    let actions: Vec<String> = LETTERS
        .iter()
        .map(|(action, (campaign, arm, cost))| {
            format!(
                "{{action: {action}, response_rate: 0, contact_cost: {cost}, campaign_id: {campaign}, arm: {arm}}}"
            )
        })
        .collect();
    let settings = [
        "output.publish=[actions.next_best_actions, actions.action_steps, segments.rfm]".to_owned(),
        "output.report=false".to_owned(),
        format!("parameters.action_budget={}", BUDGETS[0]),
        format!("actions=[{}]", actions.join(", ")),
    ];
    let mut gains = BUDGETS.map(|_| BTreeMap::<&str, f64>::new());
    for seed in 1..=SEEDS {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings.each_ref().map(String::as_str);
        demo_of_seed(folder.path(), (LINES, seed), &settings).await;
        let (world, published) = (world(folder.path()), Published::at(folder.path()));
        assert_eq!(reached(&published, BUDGETS[0]), in_budget(&published));
        let rules = by_rules(&published, folder.path());
        for (budget, gains) in BUDGETS.into_iter().zip(&mut gains) {
            let advised = letters_of(reached(&published, budget), folder.path());
            let letters: Vec<Letter> = advised.iter().map(|(_, letter)| *letter).collect();
            let cost: f64 = letters.iter().map(|letter| letter.cost).sum();
            assert!(!letters.is_empty() && cost <= budget + 1e-9, "{cost}");
            eprintln!("seed {seed}: {} letters for {cost:.2}", letters.len());
            let advised: Vec<String> = advised.into_iter().map(|(id, _)| id).collect();
            for (rule, customers) in rules.iter().chain([&("next best actions", advised)]) {
                let customers = customers.iter().take(letters.len()).cloned();
                let gain = gain(&world, &letters, customers);
                eprintln!("  {rule}: {gain:.2} of margin after cost");
                *gains.entry(*rule).or_default() += gain;
            }
        }
    }
    // the scarcer the money, the more it matters whom it goes to; with enough for nearly all who are there rules come close
    let least = [1.0, 0.99, 0.99, 0.99];
    for ((budget, gains), least) in BUDGETS.iter().zip(&gains).zip(least) {
        eprintln!("all seeds, a budget of {budget}: {gains:.2?}");
        for rule in ["recency", "RFM", "chance"] {
            assert!(
                gains["next best actions"] > least * gains[rule],
                "{budget}: {gains:?}"
            );
        }
    }
}

/// What the table itself says that its budget reaches.
fn in_budget(published: &Published) -> BTreeMap<String, String> {
    let actions = published.table("actions.next_best_actions");
    let rows = texts(&actions, "customer_id")
        .into_iter()
        .zip(texts(&actions, "action"))
        .zip(flags(&actions, "is_in_budget"));
    rows.filter(|(_, is_in_budget)| *is_in_budget)
        .map(|(row, _)| row)
        .collect()
}
