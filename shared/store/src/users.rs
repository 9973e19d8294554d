//! People who sign in, and their sessions.

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use domain::{
    MerchantId,
    account::{Session, User, UserId},
};
use jiff::Timestamp;

use crate::{
    StoreError, Table,
    document::{document, put_document},
    keys::{self, DOCUMENT, ONLY, PK, SK, TTL, VERSION, WRITER},
    table::{Item, Write, json, number, text, writer, written_by_put, written_by_update},
};

/// Everybody who signs in.
#[derive(Clone, Debug)]
pub struct Users {
    table: Table,
}

impl Users {
    /// The users in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Reads somebody by their normalized address, strongly.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self, mail: &str) -> Result<Option<User>, StoreError> {
        document(self.table.get(&keys::user(mail), ONLY).await?)
    }

    /// Writes somebody new.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the address is taken.
    pub async fn create(&self, user: &User) -> Result<(), StoreError> {
        // The entry first: one that leads to nobody is passed over, and somebody in no list could not be removed.
        let entry = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .item(PK, text(keys::users(&user.merchant)))
            .item(SK, text(user.id.as_str()))
            .item(DOCUMENT, text(&user.mail))
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", PK);
        written_by_put(entry.send().await)?;
        put_document(&self.table, keys::user(&user.mail), user, user.version, None).await
    }

    /// Writes somebody in place of the version before. Of two who write the very same, one is refused: a code is not taken twice.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when someone changed them first.
    pub async fn update(&self, user: &User) -> Result<(), StoreError> {
        let document = json(user)?;
        let writer = writer()?;
        let put = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .item(PK, text(keys::user(&user.mail)))
            .item(SK, text(ONLY))
            .item(VERSION, number(user.version))
            .item(DOCUMENT, text(document))
            .item(WRITER, text(&writer))
            .condition_expression("#v = :previous")
            .expression_attribute_names("#v", VERSION)
            .expression_attribute_values(":previous", number(user.version.saturating_sub(1)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match written_by_put(put.send().await)? {
            Write::Done => Ok(()),
            // Our own write, whose reply was lost.
            Write::Refused(stands) if stands.get(WRITER) == Some(&text(&writer)) => Ok(()),
            Write::Refused(_) => Err(StoreError::Conflict),
        }
    }

    /// Somebody of a merchant by their id, strongly read. None: nobody, or another merchant's.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn find(&self, merchant: &MerchantId, id: &UserId) -> Result<Option<User>, StoreError> {
        let Some(entry) = self.table.get(&keys::users(merchant), id.as_str()).await? else { return Ok(None) };
        let Some(mail) = entry.get(DOCUMENT).and_then(|v| v.as_s().ok()) else { return Ok(None) };
        Ok(self.load(mail).await?.filter(|user| user.merchant == *merchant && user.id == *id))
    }

    /// Removes somebody, if they are still as they were read.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when someone changed them first.
    pub async fn remove(&self, user: &User) -> Result<(), StoreError> {
        let delete = self
            .table
            .client
            .delete_item()
            .table_name(&self.table.name)
            .key(PK, text(keys::user(&user.mail)))
            .key(SK, text(ONLY))
            .condition_expression("attribute_not_exists(#pk) OR #v = :version")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#v", VERSION)
            .expression_attribute_values(":version", number(user.version));
        crate::table::deleted(delete.send().await)?;
        let entry = self
            .table
            .client
            .delete_item()
            .table_name(&self.table.name)
            .key(PK, text(keys::users(&user.merchant)))
            .key(SK, text(user.id.as_str()))
            .condition_expression("attribute_not_exists(#pk) OR #doc = :mail")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#doc", DOCUMENT)
            .expression_attribute_values(":mail", text(&user.mail));
        crate::table::deleted(entry.send().await)
    }

    /// Everybody of a merchant, in no particular order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list(&self, merchant: &MerchantId) -> Result<Vec<User>, StoreError> {
        let text_of = |item: &Item, name: &str| item.get(name).and_then(|v| v.as_s().ok()).cloned();
        let mut users = Vec::new();
        for item in self.table.all(keys::users(merchant)).await? {
            let (Some(id), Some(mail)) = (text_of(&item, SK), text_of(&item, DOCUMENT)) else { continue };
            let there = |user: &User| user.merchant == *merchant && user.id.as_str() == id;
            users.extend(self.load(&mail).await?.filter(there));
        }
        Ok(users)
    }
}

/// The signed-in browsers.
#[derive(Clone, Debug)]
pub struct Sessions {
    table: Table,
}

impl Sessions {
    /// The sessions in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// The session of a token, strongly read. What is over may still be answered: who asks looks at its times.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self, token: &[u8]) -> Result<Option<Session>, StoreError> {
        document(self.table.get(&keys::session(token), ONLY).await?)
    }

    /// Writes a new session; the table forgets it after `expires`.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the token is taken.
    pub async fn create(&self, token: &[u8], session: &Session, expires: Timestamp) -> Result<(), StoreError> {
        let document = json(session)?;
        let put = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .item(PK, text(keys::session(token)))
            .item(SK, text(ONLY))
            .item(DOCUMENT, text(document))
            .item(TTL, number(expires.as_second()))
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", PK);
        match written_by_put(put.send().await)? {
            Write::Done => Ok(()),
            Write::Refused(_) => Err(StoreError::Conflict),
        }
    }

    /// Writes the session as it is now, if it was not ended.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn note(&self, token: &[u8], session: &Session) -> Result<(), StoreError> {
        let document = json(session)?;
        let update = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .key(PK, text(keys::session(token)))
            .key(SK, text(ONLY))
            .update_expression("SET #doc = :doc")
            .condition_expression("attribute_exists(#pk)")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#doc", DOCUMENT)
            .expression_attribute_values(":doc", text(document));
        written_by_update(update.send().await).map(drop)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end(&self, token: &[u8]) -> Result<(), StoreError> {
        let delete = self
            .table
            .client
            .delete_item()
            .table_name(&self.table.name)
            .key(PK, text(keys::session(token)))
            .key(SK, text(ONLY))
            .condition_expression("attribute_exists(#pk) OR attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", PK);
        crate::table::deleted(delete.send().await)
    }
}
