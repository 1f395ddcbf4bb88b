//! The transactions: one part per folder and wave, all folders of a wave at once.

use std::fmt::Write;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Array, RecordBatch, StringBuilder};
use rayon::prelude::*;

use super::Shop;
use super::columns::{batch, instants, money, text};
use super::customers::{CHANNELS, alias_id, customer_id};
use super::dirt::SERVICE_CODES;
use super::error::Result;
use super::line::{Kind, Line, Payer};
use super::write::{FileSummary, TableWriter};

const ROWS_PER_BATCH: usize = 16_384;

/// Writes one wave of lines, one part per folder, all folders at once. Each chunk of lines is
/// ordered by day; each part is ordered by time. `wrote` hears of every part's rows.
pub(super) fn write_lines(
    shop: &Shop,
    wave: usize,
    chunks: &[&[Line]],
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
    chunks: &[&[Line]],
    wrote: &(impl Fn(u64) + Sync),
) -> Result<Option<FileSummary>> {
    let mut lines = Vec::new();
    for chunk in chunks {
        let from = chunk.partition_point(|line| line.day < folder.days.start);
        let to = chunk.partition_point(|line| line.day < folder.days.end);
        lines.extend_from_slice(&chunk[from..to]);
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
        ("order_id", text_of(lines, order_id)),
        ("customer_id", text_of(lines, payer_id)),
        (
            "ordered_at",
            instants(lines.iter().map(|line| Some(line.ordered_at))),
        ),
        (
            "product_id",
            text_of(lines, |line, text| product_id(shop, line, text)),
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

/// Text written straight into the column; `write` says whether there is any.
fn text_of(
    lines: &[Line],
    write: impl Fn(&Line, &mut StringBuilder) -> Option<std::fmt::Result>,
) -> ArrayRef {
    let mut text = StringBuilder::with_capacity(lines.len(), lines.len() * 12);
    for line in lines {
        match write(line, &mut text) {
            Some(_) => text.append_value(""),
            None => text.append_null(),
        }
    }
    Arc::new(text.finish())
}

fn order_id(line: &Line, text: &mut StringBuilder) -> Option<std::fmt::Result> {
    let initial = match (line.kind, line.payer) {
        (Kind::NoOrder, _) => return None,
        (Kind::Return, _) => 'R',
        (_, Payer::Nobody) => 'W',
        _ => 'O',
    };
    Some(write!(
        text,
        "{initial}{:08}-{}",
        line.customer + 1,
        line.order
    ))
}

fn payer_id(line: &Line, text: &mut StringBuilder) -> Option<std::fmt::Result> {
    match line.payer {
        Payer::Customer => Some(write!(text, "{}", customer_id(line.customer))),
        Payer::Alias => Some(write!(text, "{}", alias_id(line.customer))),
        Payer::Nobody => None,
    }
}

fn product_id(shop: &Shop, line: &Line, text: &mut StringBuilder) -> Option<std::fmt::Result> {
    let id = match line.kind {
        Kind::ServiceCode => SERVICE_CODES[usize::from(line.product)].0,
        _ => &shop.catalog.article(line.product).id,
    };
    Some(match line.kind {
        Kind::PaddedProduct => write!(text, " {id}  "),
        _ => write!(text, "{id}"),
    })
}
