//! Nights that read only what is new end in the same bytes as nights that read everything.

use crate::cli::{Place, text};
use crate::shop::Shop;
use clientele::run::{Options, Summary};
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Every table that reads lines or transactions, and some that read those.
const PUBLISHED: &str = "output.publish=[base.lines, base.order_parts, base.orders, base.order_totals, base.customers, \
    base.products, base.product_names, base.rejected_lines, base.source_balance, base.source_days, base.checks, \
    base.run_summary, base.category_habits, base.returns, features.order_days, features.basket_orders, \
    features.basket_items, features.purchase_days, features.sales_periods, price.price_sensitivity, loyalty.order_ladder]";

/// Tables in pieces whose rows depend on products or identities.
const OF_LINES: [&str; 3] = [
    "entities.lines",
    "entities.order_parts",
    "entities.names_on_lines",
];

const FIRST_DAY: u64 = 10;

fn date(day: u64) -> String {
    let first = chrono::NaiveDate::from_ymd_opt(2025, 3, 1).unwrap();
    (first + chrono::Days::new(day)).to_string()
}

/// A day's file: orders of that day, some that go on from the day before, late and later lines, returns, dirt.
fn day_file(day: u64, seed: u64) -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(day * 1_000 + seed);
    let mut file = "order_id,customer_id,ordered_at,product_id,quantity,revenue,discount,channel,product_name,category\n".to_owned();
    for _ in 0..rng.random_range(3..30) {
        let behind = u64::from(rng.random_bool(0.2));
        let order = match rng.random_range(0..40) {
            0 => String::new(),
            order => format!("{}-{}", day - behind, order / 4),
        };
        let customer = match rng.random_range(0..8) {
            0 => String::new(),
            customer => format!("c{customer}"),
        };
        let at = match rng.random_range(0..30) {
            0 => "2099-01-01".to_owned(),
            1 => "soon".to_owned(),
            2 | 3 => date(day + rng.random_range(1..4)),
            4 | 5 => date(day - rng.random_range(1..FIRST_DAY)),
            _ => date(day),
        };
        let product = rng.random_range(0..7);
        let quantity = if rng.random_bool(0.15) {
            -1
        } else {
            rng.random_range(1..4)
        };
        let revenue = match rng.random_range(0..25) {
            0 => "much".to_owned(),
            _ => format!(
                "{}.{:02}",
                quantity * rng.random_range(1..9),
                rng.random_range(0..100)
            ),
        };
        writeln!(
            file,
            "{order},{customer},{at},p{product},{quantity},{revenue},{},shop,name {},group {}",
            rng.random_range(0..3),
            rng.random_range(0..3),
            product % 3
        )
        .unwrap();
    }
    file
}

fn products(seed: u64) -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut list = "product_id,category,unit_cost\n".to_owned();
    for product in 0..6 {
        writeln!(
            list,
            "p{product},group {},{}",
            rng.random_range(0..2),
            product % 2
        )
        .unwrap();
    }
    // one that nobody has bought
    writeln!(list, "new {seed},group 1,1").unwrap();
    list
}

fn identities(seed: u64) -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    format!(
        "alias_id,customer_id\nc{},c1\nnobody {seed},c2\n",
        rng.random_range(2..6)
    )
}

/// What happens to a shop from one night to the next.
#[derive(Debug, Clone)]
enum Change {
    Append { seed: u64 },
    Late { place: usize, seed: u64 },
    Rewrite { place: usize, seed: u64 },
    Remove { place: usize },
    Products { seed: u64 },
    Identities { seed: u64 },
    NextDay,
}

fn change() -> impl Strategy<Value = Change> {
    let (place, seed) = (0..16_usize, 0..9_u64);
    prop_oneof![
        3 => seed.clone().prop_map(|seed| Change::Append { seed }),
        1 => (place.clone(), seed.clone()).prop_map(|(place, seed)| Change::Late { place, seed }),
        2 => (place.clone(), seed.clone()).prop_map(|(place, seed)| Change::Rewrite { place, seed }),
        1 => place.prop_map(|place| Change::Remove { place }),
        1 => seed.clone().prop_map(|seed| Change::Products { seed }),
        1 => seed.prop_map(|seed| Change::Identities { seed }),
        2 => Just(Change::NextDay),
    ]
}

/// A shop with a file a day, and two jobs over it: one with a cache and one without.
struct Nights {
    shop: Shop,
    settings: String,
    files: BTreeSet<String>,
    day: u64,
    run_day: u64,
}

impl Nights {
    async fn new(settings: &str) -> Self {
        let shop = Shop::new(&[]).await;
        let settings = format!(
            "{PUBLISHED}; sources.transactions.url=memory:shop/in/days/*.csv; \
             sources.products={{url: memory:shop/in/products.csv}}; \
             sources.identities={{url: memory:shop/in/identities.csv}}; {settings}"
        );
        let mut nights = Self {
            shop,
            settings,
            files: BTreeSet::new(),
            day: FIRST_DAY,
            run_day: FIRST_DAY + 2,
        };
        for _ in 0..3 {
            nights.happens(&Change::Append { seed: 1 }).await;
        }
        nights.happens(&Change::Products { seed: 1 }).await;
        nights.happens(&Change::Identities { seed: 1 }).await;
        nights
    }

    async fn put(&self, path: &str, text: String) {
        let path = Path::from(format!("in/{path}"));
        self.shop
            .memory
            .put(&path, text.into_bytes().into())
            .await
            .unwrap();
    }

    /// Puts the file of a day, and answers with its name.
    async fn put_day(&mut self, name: String, day: u64, seed: u64) -> Option<String> {
        self.put(&name, day_file(day, seed)).await;
        self.files.insert(name.clone());
        Some(name)
    }

    /// Lets something happen; answers with the file that was written, if one was.
    async fn happens(&mut self, change: &Change) -> Option<String> {
        let at = |place: usize| self.files.iter().nth(place % self.files.len()).cloned();
        match *change {
            Change::Append { seed } => {
                self.day += 1;
                self.put_day(format!("days/{}.csv", date(self.day)), self.day, seed)
                    .await
            }
            Change::Late { place, seed } => {
                let day = FIRST_DAY + place as u64;
                self.put_day(format!("days/late-{place}-{seed}.csv"), day, seed)
                    .await
            }
            Change::Rewrite { place, seed } => {
                let name = at(place).unwrap();
                self.put_day(name, FIRST_DAY + place as u64, seed + 100)
                    .await
            }
            Change::Remove { place } => {
                if self.files.len() > 1 {
                    let name = at(place).unwrap();
                    let path = Path::from(format!("in/{name}"));
                    self.shop.memory.delete(&path).await.unwrap();
                    self.files.remove(&name);
                }
                None
            }
            Change::Products { seed } => {
                self.put("products.csv", products(seed)).await;
                None
            }
            Change::Identities { seed } => {
                self.put("identities.csv", identities(seed)).await;
                None
            }
            Change::NextDay => {
                self.run_day += 1;
                None
            }
        }
    }

    async fn night(&mut self, more: &str) -> Summary {
        self.shop.settings = format!("{}; {more}", self.settings);
        let date = date(self.run_day).parse().unwrap();
        let options = Options {
            run_date: Some(date),
            ..Options::default()
        };
        self.shop.run_with(&options).await.unwrap()
    }

    /// Runs both jobs and compares what they say and every byte of what they publish.
    async fn both(&mut self, more: &str) -> Summary {
        let cached = self
            .night(&format!("cache=memory:shop/cache; {more}"))
            .await;
        let plain = self
            .night(&format!("output.url=memory:shop/plain; {more}"))
            .await;
        assert_eq!(cached.quality, plain.quality);
        let (with, without) = (self.tables("out").await, self.tables("plain").await);
        let names: Vec<_> = with.keys().collect();
        assert_eq!(names, without.keys().collect::<Vec<_>>());
        for (name, bytes) in with {
            assert!(
                without[&name] == bytes,
                "{name} differs\n{}",
                differs(bytes, &without[&name])
            );
        }
        cached
    }

    async fn tables(&self, output: &str) -> BTreeMap<String, Vec<u8>> {
        let root = format!("{output}/tables");
        let listed = self.shop.memory.list(Some(&Path::from(root.as_str())));
        let mut tables = BTreeMap::new();
        for object in listed.try_collect::<Vec<_>>().await.unwrap() {
            let got = self.shop.memory.get(&object.location).await.unwrap();
            let name = object.location.to_string().replace(&root, "");
            tables.insert(name, got.bytes().await.unwrap().to_vec());
        }
        tables
    }
}

fn differs(left: Vec<u8>, right: &[u8]) -> String {
    let (left, right) = (crate::shop::rows(left), crate::shop::rows(right.to_vec()));
    let lines = left.lines().zip(right.lines());
    let other = lines.filter(|(left, right)| left != right).take(5);
    other
        .map(|(left, right)| format!("{left}\n{right}\n"))
        .collect()
}

/// Files read for a table, and files whose rows came from the cache.
fn read(summary: &Summary, table: &str) -> (usize, usize) {
    let pieces = summary.pieces.iter().find(|pieces| pieces.table == table);
    let pieces = pieces.unwrap_or_else(|| panic!("{table} is not in pieces"));
    (pieces.files_read, pieces.files_cached)
}

#[test]
fn any_sequence_of_nights_gives_the_tables_of_full_runs_byte_for_byte() {
    let config = Config {
        cases: 3,
        failure_persistence: None,
        ..Config::default()
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let changes = prop::collection::vec(prop::collection::vec(change(), 1..3), 2..5);
    let mut runner = TestRunner::new_with_rng(config, TestRunner::deterministic().new_rng());
    let outcome = runner.run(&changes, |nights| {
        runtime.block_on(async {
            let mut shop = Nights::new("").await;
            shop.both("").await;
            for changes in nights {
                let mut written = BTreeSet::new();
                for change in &changes {
                    written.extend(shop.happens(change).await);
                }
                written.retain(|file| shop.files.contains(file));
                let summary = shop.both("").await;
                let (read, cached) = read(&summary, "clean.file_ids");
                assert_eq!(
                    (read, cached),
                    (written.len(), shop.files.len() - written.len())
                );
            }
        });
        Ok(())
    });
    outcome.unwrap();
}

#[tokio::test]
async fn a_file_is_read_again_only_if_something_changed_that_its_rows_depend_on() {
    let mut shop = Nights::new("").await;
    let first = shop.both("").await;
    assert_eq!(read(&first, "entities.lines"), (3, 0));
    // what no row of any file names
    shop.put("products.csv", products(1) + "p99,group 1,7\n")
        .await;
    shop.put("identities.csv", identities(1) + "z99,c1\n").await;
    let same = shop.both("").await;
    assert!(
        same.pieces.iter().all(|pieces| pieces.files_read == 0),
        "{:?}",
        same.pieces
    );
    // a setting that only what comes later names, and one that lines name
    let same = shop
        .both("parameters.window_days=30; parameters.purchase_revenue_above=3")
        .await;
    assert!(
        same.pieces.iter().all(|pieces| pieces.files_read == 0),
        "{:?}",
        same.pieces
    );
    let others = shop.both("parameters.margin_rate=0.5").await;
    for pieces in &others.pieces {
        let is_of_lines = OF_LINES.contains(&pieces.table.as_str());
        assert_eq!(
            pieces.files_read,
            if is_of_lines { 3 } else { 0 },
            "{}",
            pieces.table
        );
    }
    // how days are counted, and what the job does not count
    for setting in [
        "time_zone=Asia/Tokyo",
        "sources.transactions.reject={free: discount = '1'}",
    ] {
        let others = shop.both(setting).await;
        assert!(
            others.pieces.iter().all(|pieces| pieces.files_read == 3),
            "{setting}"
        );
    }
    // the first settings are still there
    let again = shop.both("").await;
    assert!(
        again.pieces.iter().all(|pieces| pieces.files_read == 0),
        "{:?}",
        again.pieces
    );
}

#[tokio::test]
async fn what_depends_on_several_files_at_once_is_made_of_all_of_them() {
    let unique = "checks.once={of: transactions, test: unique, columns: [order_id, product_id], otherwise: reject}";
    for setting in ["parameters.deduplicate=true", unique] {
        let mut shop = Nights::new(setting).await;
        shop.both("").await;
        shop.happens(&Change::Append { seed: 1 }).await;
        let summary = shop.both("").await;
        assert_eq!(read(&summary, "entities.lines"), (4, 0), "{setting}");
    }
}

#[tokio::test]
async fn sql_of_the_shop_has_pieces_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("entities")).unwrap();
    let mut shop = Nights::new("").await;
    shop.both("").await;
    let lines = concat!(env!("CARGO_MANIFEST_DIR"), "/sql/entities/lines.sql");
    let lines = std::fs::read_to_string(lines).unwrap();
    let lines = lines.replace(
        "coalesce(products.category, transactions.category)",
        "transactions.channel",
    );
    std::fs::write(folder.path().join("entities/lines.sql"), lines).unwrap();
    let summary = shop.both(&format!("sql={}", folder.path().display())).await;
    for pieces in &summary.pieces {
        let is_of_lines = OF_LINES.contains(&pieces.table.as_str());
        assert_eq!(
            pieces.files_read,
            if is_of_lines { 3 } else { 0 },
            "{}",
            pieces.table
        );
    }
}

#[tokio::test]
async fn a_damaged_piece_is_made_again_and_told_of() {
    let mut shop = Nights::new("").await;
    shop.both("").await;
    let folder = Path::from("cache/pieces/entities.lines");
    let pieces = shop
        .shop
        .memory
        .list(Some(&folder))
        .try_collect::<Vec<_>>()
        .await
        .unwrap();
    let [short, other] = [&pieces[0].location, &pieces[1].location];
    let bytes = shop
        .shop
        .memory
        .get(other)
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    let mut flipped = bytes.to_vec();
    flipped[40] ^= 1;
    shop.shop
        .memory
        .put(short, bytes.slice(..bytes.len() / 2).into())
        .await
        .unwrap();
    shop.shop.memory.put(other, flipped.into()).await.unwrap();
    let summary = shop.both("").await;
    let lines = summary
        .pieces
        .iter()
        .find(|pieces| pieces.table == "entities.lines")
        .unwrap();
    assert_eq!(
        (lines.files_read, lines.damaged, lines.files_cached),
        (2, 2, 1)
    );
    let summary = shop.both("").await;
    assert!(
        summary.pieces.iter().all(|pieces| pieces.files_read == 0),
        "{:?}",
        summary.pieces
    );
}

#[tokio::test]
async fn files_that_stand_side_by_side_are_kept_in_bundles_too() {
    let mut shop = Nights::new("").await;
    for _ in 0..60 {
        shop.happens(&Change::Append { seed: 1 }).await;
    }
    shop.run_day = shop.day;
    shop.both("").await;
    let folder = Path::from("cache/pieces/entities.lines");
    let objects = shop
        .shop
        .memory
        .list(Some(&folder))
        .try_collect::<Vec<_>>()
        .await
        .unwrap();
    assert!(objects.len() > 63, "{} objects", objects.len());
    let changes = [
        Change::Append { seed: 1 },
        Change::Rewrite { place: 20, seed: 3 },
        Change::Remove { place: 30 },
        Change::Late { place: 3, seed: 3 },
    ];
    for change in changes {
        let written = shop.happens(&change).await;
        let summary = shop.both("").await;
        let (read, cached) = read(&summary, "entities.lines");
        let expected = usize::from(written.is_some());
        assert_eq!(
            (read, read + cached),
            (expected, shop.files.len()),
            "{change:?}"
        );
    }
}

#[tokio::test]
async fn two_runs_at_once_share_one_cache() {
    let mut nights = Nights::new("").await;
    nights.shop.settings = format!("{}; cache=memory:shop/cache", nights.settings);
    let days = [FIRST_DAY + 1, FIRST_DAY + 3];
    let options = days.map(|day| Options {
        run_date: Some(date(day).parse().unwrap()),
        ..Options::default()
    });
    let [early, late] = [&options[0], &options[1]].map(|options| nights.shop.run_with(options));
    let (early, late) = tokio::join!(early, late);
    for (day, summary) in days.into_iter().zip([early.unwrap(), late.unwrap()]) {
        nights.run_day = day;
        let plain = nights.night("output.url=memory:shop/plain").await;
        assert_eq!(plain.outputs, summary.outputs);
    }
}

/// A shop of three daily files on this machine.
fn place_of_days() -> Place {
    let place = Place::small();
    std::fs::create_dir(place.path("days")).unwrap();
    for day in 1..=3 {
        let file = place.path(&format!("days/{}.csv", date(FIRST_DAY + day)));
        std::fs::write(file, day_file(FIRST_DAY + day, 1)).unwrap();
    }
    let job = std::fs::read_to_string(place.path("job.yaml")).unwrap();
    let job = job.replace(&place.path("transactions.csv"), &place.path("days/"));
    std::fs::write(place.path("job.yaml"), job).unwrap();
    place
}

fn tables(place: &Place, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let root = place.path(&format!("{folder}/tables"));
    let files = glob::glob(&format!("{root}/**/*.parquet"))
        .unwrap()
        .map(Result::unwrap);
    let table = |file: std::path::PathBuf| {
        let bytes = std::fs::read(&file).unwrap();
        (file.display().to_string().replace(&root, ""), bytes)
    };
    files.map(table).collect()
}

/// The setting that gives the job of `place` a cache.
fn cache(place: &Place) -> [String; 2] {
    ["--set".to_owned(), format!("cache={}", place.path("cache"))]
}

/// What a command says over the job of `place` with a cache.
fn with_cache(place: &Place, command: &str) -> String {
    let [set, setting] = cache(place);
    let out = place.command(&[command, &place.path("job.yaml"), &set, &setting]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    text(&out.stdout)
}

/// The summary of a run with a cache.
fn night(place: &Place) -> serde_json::Value {
    run_of(place, &cache(place).each_ref().map(String::as_str))
}

fn run_of(place: &Place, arguments: &[&str]) -> serde_json::Value {
    let out = place.run(arguments);
    assert!(out.status.success(), "{}", text(&out.stderr));
    serde_json::from_str(text(&out.stdout).trim()).unwrap()
}

#[test]
fn a_night_with_one_new_file_opens_no_row_of_the_others() {
    let place = place_of_days();
    night(&place);
    let plan = with_cache(&place, "plan");
    assert!(plan.contains("3 files, 0 later, 3 in the cache"), "{plan}");
    let new = place.path(&format!("days/{}.csv", date(FIRST_DAY + 4)));
    std::fs::write(new, day_file(FIRST_DAY + 4, 1)).unwrap();
    let elsewhere = format!("output.url={}", place.path("plain"));
    run_of(&place, &["--set", &elsewhere]);
    // the rows of the old files are made unreadable, and nothing that tells a file from another shows it
    for day in 1..=3 {
        let path = place.path(&format!("days/{}.csv", date(FIRST_DAY + day)));
        let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
        let whole = std::fs::read_to_string(&path).unwrap();
        let (head, rows) = whole.split_once('\n').unwrap();
        let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        std::io::Write::write_all(
            &mut &file,
            format!("{head}\n{}", "x".repeat(rows.len())).as_bytes(),
        )
        .unwrap();
        file.set_modified(modified).unwrap();
    }
    let plan = with_cache(&place, "plan");
    assert!(plan.contains("4 files, 0 later, 3 in the cache"), "{plan}");
    let summary = night(&place);
    for pieces in summary["pieces"].as_array().unwrap() {
        assert_eq!(
            (&pieces["files_read"], &pieces["files_cached"]),
            (&1.into(), &3.into()),
            "{pieces}"
        );
    }
    let (with, without) = (tables(&place, "out"), tables(&place, "plain"));
    assert!(!with.is_empty() && with == without);
}

#[test]
fn what_no_recent_run_has_used_is_garbage() {
    let place = place_of_days();
    let [set, setting] = cache(&place);
    run_of(
        &place,
        &[&set, &setting, "--set", "parameters.margin_rate=0.5"],
    );
    night(&place);
    let pieces = || {
        glob::glob(&place.path("cache/pieces/*/*.parquet"))
            .unwrap()
            .count()
    };
    let all = pieces();
    let garbage =
        || -> serde_json::Value { serde_json::from_str(with_cache(&place, "gc").trim()).unwrap() };
    assert!(garbage()["pieces"].is_null());
    let month_ago = std::time::SystemTime::now() - std::time::Duration::from_hours(31 * 24);
    for file in glob::glob(&place.path("cache/*/**/*"))
        .unwrap()
        .map(Result::unwrap)
    {
        if file.is_file() {
            let file = std::fs::OpenOptions::new().write(true).open(file).unwrap();
            file.set_modified(month_ago).unwrap();
        }
    }
    // lines and parts of orders of three files at least, and the note of the first run
    let told = garbage()["pieces"].as_array().map_or(0, Vec::len);
    assert!(told >= 7);
    assert_eq!(pieces(), all - (told - 1));
    let summary = night(&place);
    for pieces in summary["pieces"].as_array().unwrap() {
        assert_eq!(pieces["files_read"], 0, "{pieces}");
    }
}
