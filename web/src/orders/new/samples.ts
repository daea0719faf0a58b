/** The sample scans that come with the project; see samples/ of the repository. */
export const samples = [
  { title_number: "OW12345678", document_type: "lease" },
  { title_number: "OW12345678", document_type: "register" },
  { title_number: "OW23456789", document_type: "transfer" },
  { title_number: "OW34567890", document_type: "conveyance" },
  { title_number: "OW45678901", document_type: "charge" },
  { title_number: "OW56789012", document_type: "agreement" },
  { title_number: "OW67890123", document_type: "deed" },
  { title_number: "AB123456", document_type: "title_plan" },
] as const;
