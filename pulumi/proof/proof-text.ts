/** The environment variable with the file to which a proof writes the text that it read. */
export const proofTextVariable = "ORBITAL_WITNESS_PROOF_TEXT";
