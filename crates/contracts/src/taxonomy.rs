//! The marketplace taxonomy.
#[derive(Debug)]
pub struct Taxonomy;
