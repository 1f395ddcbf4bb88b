//! The transactions: one part per folder and wave, all folders of a wave at once.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Array, RecordBatch};
use rayon::prelude::*;

use super::Shop;
use super::columns::{batch, instants, money, text};
use super::customers::{CHANNELS, alias_id, customer_id};
use super::dirt::SERVICE_CODES;
use super::error::Result;
use super::line::{Kind, Line, Payer};
use super::waves::Chunk;
use super::write::{FileSummary, TableWriter};

const ROWS_PER_BATCH: usize = 16_384;

/// Writes one wave of lines, one part per folder, all folders at once. Each chunk of lines is
/// ordered by day; each part is ordered by time. `wrote` hears of every part's rows.
pub(super) fn write(
    shop: &Shop,
    wave: usize,
    chunks: &[Chunk],
    wrote: &(impl Fn(u64) + Sync),
) -> Result<Vec<FileSummary>> {
    let files: Result<Vec<_>> = folders(shop)
        .into_par_iter()
        .map(|folder| write_part(shop, wave, &folder, chunks, wrote))
        .collect();
    Ok(files?.into_iter().flatten().collect())
}

/// A folder of the transactions and the days that belong into it.
struct Folder {
    name: String,
    days: Range<u16>,
}

fn folders(shop: &Shop) -> Vec<Folder> {
    let mut folders: Vec<Folder> = Vec::new();
    for day in 0..shop.calendar.days() as u16 {
        let name = shop.partition.folder(shop.calendar.date(f64::from(day)));
        match folders.last_mut() {
            Some(last) if last.name == name => last.days.end = day + 1,
            _ => folders.push(Folder {
                name,
                days: day..day + 1,
            }),
        }
    }
    folders
}

fn write_part(
    shop: &Shop,
    wave: usize,
    folder: &Folder,
    chunks: &[Chunk],
    wrote: &(impl Fn(u64) + Sync),
) -> Result<Option<FileSummary>> {
    let mut lines = Vec::new();
    for chunk in chunks {
        let before = |day: u16| chunk.lines.partition_point(|line| line.day < day);
        lines.extend_from_slice(&chunk.lines[before(folder.days.start)..before(folder.days.end)]);
    }
    if lines.is_empty() {
        return Ok(None);
    }
    lines.sort_by_key(|line| (line.day, line.ordered_at));
    let name = format!("transactions/{}/part-{wave:05}.parquet", folder.name);
    let mut slices = lines
        .chunks(ROWS_PER_BATCH)
        .map(|slice| line_batch(shop, slice));
    let first = slices.next().transpose()?;
    let Some(first) = first else { return Ok(None) };
    let mut table = TableWriter::create(&shop.out, &name, &first)?;
    for slice in slices {
        table.write(&slice?)?;
    }
    wrote(lines.len() as u64);
    table.close().map(Some)
}

fn line_batch(shop: &Shop, lines: &[Line]) -> Result<RecordBatch> {
    let has_revenue = |line: &&Line| line.kind != Kind::NoRevenue;
    let revenue = lines
        .iter()
        .map(|line| Some(line).filter(has_revenue).map(|line| line.revenue));
    let quantity: Int32Array = lines
        .iter()
        .map(|line| Some(i32::from(line.quantity)))
        .collect();
    let channel = lines
        .iter()
        .map(|line| Some(CHANNELS[usize::from(line.channel)]));
    let columns = vec![
        ("order_id", text(lines.iter().map(order_id))),
        ("customer_id", text(lines.iter().map(payer_id))),
        (
            "ordered_at",
            instants(lines.iter().map(|line| Some(line.ordered_at))),
        ),
        (
            "product_id",
            text(lines.iter().map(|line| Some(product_id(shop, line)))),
        ),
        ("quantity", Arc::new(quantity) as ArrayRef),
        ("revenue", money(revenue)),
        (
            "discount",
            money(lines.iter().map(|line| Some(line.discount))),
        ),
        ("cost", money(lines.iter().map(|line| Some(line.cost)))),
        ("channel", text(channel)),
    ];
    batch("transactions", columns)
}

fn order_id(line: &Line) -> Option<String> {
    let initial = match (line.kind, line.payer) {
        (Kind::NoOrder, _) => return None,
        (Kind::Return, _) => 'R',
        (_, Payer::Nobody) => 'W',
        _ => 'O',
    };
    let (customer, order) = (line.customer + 1, line.order);
    Some(format!("{initial}{customer:08}-{order}"))
}

fn payer_id(line: &Line) -> Option<String> {
    match line.payer {
        Payer::Customer => Some(customer_id(line.customer)),
        Payer::Alias => Some(alias_id(line.customer)),
        Payer::Nobody => None,
    }
}

fn product_id<'a>(shop: &'a Shop, line: &Line) -> Cow<'a, str> {
    match line.kind {
        Kind::ServiceCode => SERVICE_CODES[usize::from(line.product)].0.into(),
        Kind::PaddedProduct => format!(" {}  ", shop.catalog.article(line.product).id).into(),
        _ => shop.catalog.article(line.product).id.as_str().into(),
    }
}
