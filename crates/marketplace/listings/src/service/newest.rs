//! The newest ads of a category: what is left to look at while search is out.

use svetu_kernel::{ExchangeRate, FieldProblem, ListingId, Problem, Status, Timestamp};

use super::Service;
use crate::{
    ListingError,
    store::newest::{self, Glance},
};

impl Service {
    /// Ads that all may see, of a category with all below it, of all categories without one; and the rate in force.
    pub async fn newest(
        &self,
        category: Option<&str>,
        after: Option<(Timestamp, ListingId)>,
        limit: i64,
    ) -> Result<(Vec<Glance>, ExchangeRate), ListingError> {
        let taxonomy = self.taxonomy.get();
        let categories: Vec<String> = match category {
            Some(id) => taxonomy.subtree(id).into_iter().map(|category| category.id.clone()).collect(),
            None => taxonomy.categories().map(|category| category.id.clone()).collect(),
        };
        if categories.is_empty() {
            let fault = FieldProblem::new("category", "field.invalid");
            return Err(Problem::new(Status::BadRequest, "request.query_invalid").field(fault).into());
        }
        // A list is a little old as soon as it is read: nobody looks here for what they have just written.
        let found = self.db.read_stale(async |db| newest::newest(&db, &categories, after, limit).await).await?;
        Ok((found, self.rate().await?))
    }
}
