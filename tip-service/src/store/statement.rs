//! Statements with as many values as there are rows. Numbered places (`$1`) are what both databases understand.

use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AssertSqlSafe};

use super::StoreError;

/// A statement that is being given its values.
pub(super) type Filled<'q> = Query<'q, Any, AnyArguments>;

/// `count` places for values, from number `first` on: `$3, $4`.
pub(super) fn places(first: usize, count: usize) -> String {
    let places: Vec<String> = (first..first + count).map(|n| format!("${n}")).collect();
    places.join(", ")
}

/// One `INSERT` of all rows; none for none. `columns` is the table with its columns in brackets, and `bind` gives one row's
/// values, in their order.
pub(super) async fn insert_rows<'q, T>(
    db: &mut AnyConnection,
    columns: &str,
    rows: Vec<T>,
    bind: impl Fn(Filled<'q>, T) -> Filled<'q>,
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let wide = columns.matches(',').count() + 1;
    let values: Vec<String> = (0..rows.len())
        .map(|row| format!("({})", places(row * wide + 1, wide)))
        .collect();
    let sql = format!("INSERT INTO {columns} VALUES {}", values.join(", "));
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for row in rows {
        query = bind(query, row);
    }
    query.execute(db).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::places;

    #[test]
    fn places_count_from_the_first() {
        assert_eq!(places(3, 2), "$3, $4");
        assert_eq!(places(1, 0), "");
    }
}
