//! The marketplace into a file that `svetu import` takes: the inverse.

use std::{
    collections::HashMap,
    fs,
    io::BufWriter,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use svetu_contracts::listings::BulkListing;
use svetu_feed::{ExportRow, ExportWriter, Format};
use svetu_kernel::{AccountId, ListingId, MediaId, PlaceId};

use crate::{platform::Contracts, progress};

const PAGE: u32 = 500;
const PLACES_MAX: usize = 50_000;

/// Writes the ads of one account, or of all; answers how many. The file is whole or not there.
pub async fn export(contracts: &Contracts, file: &Path, owner: Option<&str>, site_url: &str) -> Result<u64> {
    let format = format_of(file)?;
    let seller = match owner {
        None => None,
        Some(email) => match contracts.identity.account_by_email(email).await? {
            Some(id) => Some(id),
            None => bail!("--owner: no account has the address {email}"),
        },
    };
    let fresh = PathBuf::from(format!("{}.new", file.display()));
    let into = fs::File::create(&fresh).with_context(|| format!("{}", fresh.display()))?;
    let mut writer = ExportWriter::try_new(format, BufWriter::new(into))?;
    let written = write_all(contracts, seller, site_url, &mut writer).await;
    let written = written.and_then(|count| {
        writer.finish()?;
        fs::rename(&fresh, file)?;
        Ok(count)
    });
    if written.is_err() {
        let _ = fs::remove_file(&fresh);
    }
    written
}

fn format_of(file: &Path) -> Result<Format> {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => Ok(Format::Csv),
        Some("jsonl" | "ndjson") => Ok(Format::Jsonl),
        Some("json") => Ok(Format::Json),
        Some("xml") => Ok(Format::Xml),
        _ => bail!("{}: expected a name that ends in .csv, .jsonl, .json or .xml", file.display()),
    }
}

async fn write_all(
    contracts: &Contracts,
    seller: Option<AccountId>,
    site_url: &str,
    writer: &mut ExportWriter<BufWriter<fs::File>>,
) -> Result<u64> {
    let bar = progress::bar(0, "exported ");
    let mut names: HashMap<PlaceId, String> = HashMap::new();
    let mut after: Option<ListingId> = None;
    let mut count = 0;
    loop {
        let page = contracts.listings.export(seller, after, PAGE).await?;
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        let photos = photos(contracts, &page, site_url).await?;
        for (id, listing) in &page {
            if !names.contains_key(&listing.place) {
                if names.len() >= PLACES_MAX {
                    names.clear();
                }
                names.insert(listing.place, contracts.geo.place(listing.place).await?.name);
            }
            let of: Vec<String> = listing.media.iter().filter_map(|media| photos.get(media).cloned()).collect();
            writer.write(&ExportRow {
                id: &id.to_string(),
                listing,
                place_name: names.get(&listing.place).map_or("", String::as_str),
                photos: &of,
            })?;
            count += 1;
        }
        bar.set_length(count);
        bar.set_position(count);
    }
    bar.finish();
    Ok(count)
}

/// Addresses of the largest variants.
async fn photos(
    contracts: &Contracts,
    page: &[(ListingId, BulkListing)],
    site_url: &str,
) -> Result<HashMap<MediaId, String>> {
    let ids: Vec<MediaId> = page.iter().flat_map(|(_, listing)| listing.media.iter().copied()).collect();
    let mut found = HashMap::new();
    for chunk in ids.chunks(1_000) {
        for facts in contracts.media.describe(chunk).await? {
            let picture = facts.picture;
            if let Some(width) = picture.widths.last() {
                found.insert(picture.id, format!("{site_url}{}/{width}.jpg", picture.base_url));
            }
        }
    }
    Ok(found)
}
