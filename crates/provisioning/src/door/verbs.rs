//! What each verb asks of the room.

use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use scim::etag::Conditions;
use scim::list::{PageLimits, Query, parameters};
use scim::project::Projection;
use scim::schema::RESOURCE_TYPES;
use scim::{Object, ResourceType, ScimError};

use super::discovery;
use super::path::{Route, Verb};
use super::reply::Reply;
use crate::error::ProvisioningError;
use crate::pusher::Pusher;
use crate::resources::Found;
use crate::service::Provisioning;

/// A call that has been read.
pub(crate) struct Call<'c> {
    pub route: &'static Route,
    /// What stands in the path's braces.
    pub value: &'c str,
    pub query: &'c str,
    pub headers: &'c HeaderMap,
    pub body: Object,
}

impl Verb {
    /// Whether it takes a body.
    pub(crate) const fn takes_body(self) -> bool {
        matches!(self, Self::Search(_) | Self::Create(_) | Self::Replace(_) | Self::Patch(_) | Self::Bulk)
    }
}

impl Provisioning {
    /// Does what a call asks.
    pub(crate) async fn carry_out_call(&self, pusher: &Pusher, mut call: Call<'_>) -> Result<Reply, ProvisioningError> {
        let body = std::mem::take(&mut call.body);
        match call.route.verb {
            Verb::List(kind) => self.list(pusher, kind, &call).await,
            Verb::Search(kind) => self.search(pusher, kind, body).await,
            Verb::Create(kind) => {
                let answer = self.create_resource(pusher, kind, body, &call.projection(kind)?).await?;
                Ok(Reply::resource(StatusCode::CREATED, answer))
            }
            Verb::Read(kind) => self.read(pusher, kind, &call).await,
            Verb::Replace(kind) => {
                let (conditions, projection) = (call.conditions(), call.projection(kind)?);
                let answer = self.replace_resource(pusher, kind, call.value, body, &conditions, &projection).await?;
                Ok(Reply::resource(StatusCode::OK, answer))
            }
            Verb::Patch(kind) => {
                let (conditions, projection) = (call.conditions(), call.projection(kind)?);
                let answer = self.patch_resource(pusher, kind, call.value, body, &conditions, &projection).await?;
                Ok(Reply::resource(StatusCode::OK, answer))
            }
            Verb::Delete(kind) => {
                self.delete_resource(pusher, kind, call.value, &call.conditions()).await?;
                Ok(Reply::empty(StatusCode::NO_CONTENT))
            }
            Verb::Bulk => Ok(Reply::document(StatusCode::OK, &self.run_bulk(pusher, body).await?)),
            Verb::Me | Verb::IssueToken => Err(unsupported().into()),
            Verb::ServiceProviderConfig
            | Verb::ListResourceTypes
            | Verb::ReadResourceType
            | Verb::ListSchemas
            | Verb::ReadSchema => Ok(discovery::answer(call.route.verb, call.value, &call.pairs()?, &pusher.base)?),
        }
    }

    async fn read(
        &self,
        pusher: &Pusher,
        kind: &'static ResourceType,
        call: &Call<'_>,
    ) -> Result<Reply, ProvisioningError> {
        let found = self.read_resource(pusher, kind, call.value, &call.conditions(), &call.projection(kind)?).await?;
        Ok(match found {
            Found::Answer(answer) => Reply::resource(StatusCode::OK, answer),
            Found::Unchanged(etag) => Reply::unchanged(&etag),
        })
    }

    async fn list(
        &self,
        pusher: &Pusher,
        kind: &'static ResourceType,
        call: &Call<'_>,
    ) -> Result<Reply, ProvisioningError> {
        let pairs = call.pairs()?;
        let query = Query::from_parameters(kind, borrowed(&pairs), &PageLimits::default())?;
        Ok(Reply::document(StatusCode::OK, &self.list_resources(pusher, &[(kind, query)]).await?))
    }

    async fn search(
        &self,
        pusher: &Pusher,
        kind: Option<&'static ResourceType>,
        body: Object,
    ) -> Result<Reply, ProvisioningError> {
        let limits = PageLimits::default();
        let queries = match kind {
            Some(kind) => vec![(kind, Query::from_search(kind, body, &limits)?)],
            None => queries_of_all(&body, &limits)?,
        };
        Ok(Reply::document(StatusCode::OK, &self.list_resources(pusher, &queries).await?))
    }
}

/// One query for each kind of resource of which anything can be meant: what only one of them has is an attribute without a
/// value in the other (RFC 7644 §3.4.2.1).
fn queries_of_all(body: &Object, limits: &PageLimits) -> Result<Vec<(&'static ResourceType, Query)>, ScimError> {
    let mut queries = Vec::new();
    for kind in RESOURCE_TYPES {
        let query = Query::from_search_among(kind, &RESOURCE_TYPES, body.clone(), limits)?;
        queries.extend(query.map(|query| (kind, query)));
    }
    Ok(queries)
}

impl Call<'_> {
    fn pairs(&self) -> Result<Vec<(String, String)>, ScimError> {
        parameters(self.query)
    }

    fn projection(&self, kind: &'static ResourceType) -> Result<Projection, ScimError> {
        let pairs = self.pairs()?;
        let of = |name: &str| {
            let lists = pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
            lists.collect::<Vec<_>>().join(",")
        };
        Projection::parse(kind, Some(&of("attributes")), Some(&of("excludedAttributes")))
    }

    fn conditions(&self) -> Conditions {
        let (wanted, unwanted) = (joined(self.headers, &IF_MATCH), joined(self.headers, &IF_NONE_MATCH));
        Conditions::parse(wanted.as_deref(), unwanted.as_deref())
    }
}

fn borrowed(pairs: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}

/// A header that may come in several lines, as one (RFC 9110 §5.3). A tag of letters that ours never have still counts: it
/// is another one.
fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let lines: Vec<_> = headers.get_all(name).iter().map(|line| String::from_utf8_lossy(line.as_bytes())).collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

fn unsupported() -> ScimError {
    ScimError::with_status(501, "`/Me` is not supported: a client that pushes is no user")
}
