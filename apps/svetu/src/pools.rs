//! How many connections to PostgreSQL a process opens.

use std::collections::BTreeSet;

use crate::schemas;

/// Beside each pool one connection that is nobody else's: for its relay's lock, and of the bus for LISTEN.
const ALONE: u32 = 1;

fn schemas() -> u32 {
    u32::try_from(schemas::all().len()).unwrap_or(u32::MAX)
}

/// The least that every schema can work with: one connection, and the one beside it.
pub fn sum_min() -> u32 {
    schemas() * (1 + ALONE)
}

/// What the pool of one schema may hold, so that those of a process that has all of them stay within `sum_max`.
pub fn of_each(sum_max: u32) -> u32 {
    (sum_max / schemas()).saturating_sub(ALONE).max(1)
}

/// All that a process with these roles opens: each has a schema, the gateway that of the site's sessions, and all have the bus's.
pub fn of_process(roles: &BTreeSet<&str>, sum_max: u32) -> u32 {
    let held = u32::try_from(roles.len() + 1).unwrap_or(u32::MAX);
    held * (of_each(sum_max) + ALONE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cli::Role, config::Config};

    #[test]
    fn a_whole_process_stays_within_what_it_is_given() {
        let all: BTreeSet<&str> = Role::ALL.iter().map(|role| role.name()).collect();
        assert_eq!(schemas() as usize, all.len() + 1, "a role has one schema, and the bus one");
        for sum_max in 0..200 {
            let flags = [("postgres.pool_max", sum_max.into()), ("postgres.connections_max", (sum_max + 10).into())];
            if Config::load(None, &flags).is_ok() {
                let opened = of_process(&all, sum_max);
                assert!(opened <= sum_max && opened + schemas() > sum_max, "{opened} of {sum_max}");
            } else {
                assert!(sum_max < sum_min(), "{sum_max} is refused");
            }
        }
    }
}
