export { type DeliverServices, deliverEvents, type SweptDeliveries } from './deliver.ts';
export { ForbiddenAddress, type PostOptions, parseWebhookUrl, postSigned } from './post-signed.ts';
export {
  type Delivery,
  eventSort,
  type StoredEvent,
  type TellServices,
  tellTenant,
} from './tenant-events.ts';
export { type TenantEvent, type Webhook, wants } from './webhook.ts';
