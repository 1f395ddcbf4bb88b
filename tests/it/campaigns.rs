//! What the tables say that campaigns brought, against what was planted; who is drawn for the next one.

use crate::shop::Shop;
use crate::tables::{Published, numbers, texts};
use arrow::array::RecordBatch;
use clientele::generate::{Options as ShopOptions, generate};
use clientele::job::{Job, Overrides};
use clientele::run::{Options, run};
use clientele::store::Stores;
use std::fmt::Write;
use std::path::Path;

const SEEDS: u64 = 12;
const OUTCOMES: [&str; 4] = ["conversion", "orders", "revenue", "margin"];

/// The results of a small generated shop, and its truth.
async fn results(folder: &Path, seed: u64) -> (RecordBatch, serde_json::Value) {
    let shop = ShopOptions {
        lines: 40_000,
        seed,
        ..ShopOptions::new(folder.join("shop"))
    };
    generate(&shop, |_| {}).unwrap();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/jobs/demo.yaml");
    let overrides = Overrides {
        environment: vec![("DEMO".to_owned(), folder.display().to_string())],
        set: vec!["output.publish=[campaigns.campaign_results]".to_owned()],
    };
    let job = Job::load(path.as_ref(), &overrides).unwrap();
    let (stores, never) = (Stores::default(), std::future::pending());
    run(&job, &Options::default(), &stores, &|_| {}, never)
        .await
        .unwrap();
    let truth = std::fs::read(folder.join("shop/truth.json")).unwrap();
    (
        Published::at(folder).table("campaigns.campaign_results"),
        serde_json::from_slice(&truth).unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn planted_effects_lie_in_their_intervals_and_a_letter_without_effect_is_no_discovery() {
    let (mut inside, mut tests, mut alarms) = (0, 0, 0);
    for seed in 1..=SEEDS {
        let folder = tempfile::tempdir().unwrap();
        let (results, truth) = results(folder.path(), seed).await;
        let [campaigns, arms, outcomes, dimensions] =
            ["campaign_id", "arm", "outcome", "dimension"].map(|name| texts(&results, name));
        let [lower, upper, p_values] =
            ["effect_lower", "effect_upper", "p_value"].map(|name| numbers(&results, name));
        for row in (0..arms.len()).filter(|row| dimensions[*row] == "all") {
            let planted = truth["campaigns"].as_array().unwrap();
            let planted = planted
                .iter()
                .find(|campaign| campaign["campaign_id"] == campaigns[row].as_str());
            let effect = &planted.unwrap()["arms"][&arms[row]];
            let effect = effect[format!("effect_on_{}", outcomes[row])]
                .as_f64()
                .unwrap();
            tests += 1;
            inside += usize::from(lower[row] <= effect && effect <= upper[row]);
            let is_alarm = campaigns[row] == "same_letter_twice" && p_values[row] < 0.05;
            alarms += usize::from(is_alarm);
        }
    }
    eprintln!("{inside} of {tests} planted effects in their intervals, {alarms} false alarms");
    assert_eq!(tests, 5 * OUTCOMES.len() * usize::try_from(SEEDS).unwrap());
    assert!(inside as f64 >= 0.93 * tests as f64, "{inside} of {tests}");
    assert!(alarms <= 6, "{alarms} of {}", OUTCOMES.len() as u64 * SEEDS);
}

/// One order each of so many customers.
fn transactions(customers: u32) -> String {
    let mut text = "order_id,customer_id,ordered_at,product_id,quantity,revenue\n".to_owned();
    for customer in 0..customers {
        writeln!(text, "{customer},c{customer:04},2025-10-01,tea,1,10").unwrap();
    }
    text
}

async fn arms(shop: &Shop, date: &str) -> Vec<(String, String)> {
    let options = Options {
        run_date: date.parse().ok(),
        ..Options::default()
    };
    shop.run_with(&options).await.unwrap();
    let path = format!("tables/campaigns/holdout_assignments/run_date={date}/part-0.parquet");
    let table = crate::shop::batch(shop.bytes(&path).await.unwrap());
    let arms = texts(&table, "arm");
    let mut drawn: Vec<_> = texts(&table, "customer_id").into_iter().zip(arms).collect();
    drawn.sort();
    drawn
}

#[tokio::test]
async fn whoever_was_drawn_keeps_the_arm_when_others_come() {
    let settings = "output.publish=[campaigns]; campaigns=[{campaign_id: spring, arms: {control: 0.25, letter: 0.75}, key: a key}]";
    let shop = Shop::new(&[("in/transactions.csv", &transactions(200))])
        .await
        .with(settings);
    let before = arms(&shop, "2025-11-30").await;
    let held =
        |drawn: &[(String, String)]| drawn.iter().filter(|(_, arm)| arm == "control").count();
    assert_eq!((before.len(), held(&before)), (200, 50));
    let path = object_store::path::Path::from("in/transactions.csv");
    object_store::ObjectStoreExt::put(&shop.memory, &path, transactions(300).into())
        .await
        .unwrap();
    let after = arms(&shop, "2025-12-31").await;
    assert_eq!((after.len(), held(&after)), (300, 75));
    assert_eq!(after[..200], before[..]);
}

/// Two orders of so many customers, one of them in the trailing window.
fn two_years(customers: u32) -> String {
    let mut text = "order_id,customer_id,ordered_at,product_id,quantity,revenue\n".to_owned();
    for customer in 0..customers {
        let revenue = 10 + customer % 7;
        writeln!(text, "a{customer},c{customer:04},2024-06-01,tea,1,10").unwrap();
        writeln!(
            text,
            "b{customer},c{customer:04},2025-05-01,tea,1,{revenue}"
        )
        .unwrap();
    }
    text
}

#[tokio::test]
async fn all_actions_are_judged_by_their_control_group_without_a_source_of_exposures() {
    let settings =
        "output.publish=[campaigns.campaign_results]; models.campaigns.control_share=0.25";
    let shop = Shop::new(&[("in/transactions.csv", &two_years(200))])
        .await
        .with(settings);
    assert_eq!(shop.run().await.unwrap().skipped, []);
    let path = "tables/campaigns/campaign_results/run_date=2025-12-31/part-0.parquet";
    let results = crate::shop::batch(shop.bytes(path).await.unwrap());
    let [campaigns, outcomes, dimensions, warnings] =
        ["campaign_id", "outcome", "dimension", "warning"].map(|name| texts(&results, name));
    let [treated, control, effects] =
        ["treated_count", "control_count", "effect"].map(|name| numbers(&results, name));
    let of = |outcome: &str| {
        let is_it = |row: &usize| outcomes[*row] == outcome && dimensions[*row] == "all";
        (0..outcomes.len()).find(is_it).unwrap()
    };
    let margin = of("margin");
    assert_eq!(campaigns[margin], "all actions");
    assert_eq!(treated[margin] + control[margin], 200.0);
    assert!(
        control[margin] > 30.0 && control[margin] < 70.0,
        "{}",
        control[margin]
    );
    assert!(effects[margin].is_finite());
    assert!(
        warnings[margin].contains("they count as free"),
        "{}",
        warnings[margin]
    );
    assert!(warnings[of("revenue")].contains("every night"));

    let nobody = shop.with("output.publish=[campaigns.campaign_results]");
    let skipped = nobody.run().await.unwrap().skipped;
    assert_eq!(
        skipped[0].lacks,
        "the source exposures or models.campaigns.control_share above 0"
    );
}
