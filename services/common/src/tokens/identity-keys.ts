/** A hash in Redis with the user id of each person of another issuer. */
export const identitiesKey = "identities";
/** The counter that makes those ids. */
export const lastIdentityKey = "identities:last";
