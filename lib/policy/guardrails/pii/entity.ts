/** What is recognised as personal or secret. */
export const entities = [
  'email',
  'phone',
  'credit-card',
  'iban',
  'ip-address',
  'us-ssn',
  'us-itin',
  'uk-national-insurance',
  'ca-social-insurance',
  'br-cpf',
  'es-dni',
  'it-codice-fiscale',
  'fr-nir',
  'in-aadhaar',
  'secret',
] as const;

export type Entity = (typeof entities)[number];

export interface FoundEntity {
  readonly entity: Entity;
  readonly start: number;
  readonly end: number;
}
