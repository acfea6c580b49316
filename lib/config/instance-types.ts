/** A machine on which SageMaker hosts a model. */
export interface InstanceType {
  readonly name: string;
  /** The accelerator's model, for example `A10G`. */
  readonly accelerator: string;
  readonly accelerators: number;
  /** Memory of one accelerator that a process can have. */
  readonly acceleratorMemoryGib: number;
  readonly hostMemoryGib: number;
  readonly vcpus: number;
  /** US dollars per hour on demand in us-east-1. Absent where no source was found: unknown, not free. */
  readonly usdPerHour?: number;
  /** Volumes are on disks inside the machine, encrypted by its hardware; SageMaker takes no KMS key for them. */
  readonly hasLocalStorage: boolean;
}

/**
 * Month up to which the prices were compared. They are of hosting on demand in us-east-1, from AWS's public price list as
 * several public projects quote it; those of P4d and P5 as quoted for us-west-2, which agree with EC2's price in us-east-1
 * plus SageMaker's usual 15 %.
 * https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonSageMaker/current/us-east-1/index.json
 */
export const INSTANCE_PRICES_DATE = '2026-08';

/**
 * Memory of each accelerator in GiB: what the driver reports (`nvidia-smi`), a little below the round figure in the
 * advertisement, because error correction takes its part. Counts, vCPUs and host memory:
 * https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html
 */
const acceleratorMemoryGib = {
  T4: 15,
  A10G: 22.4,
  L4: 22.4,
  L40S: 44.9,
  'A100-40GB': 40,
  'A100-80GB': 80,
  H100: 79.6,
  H200: 140.4,
  B200: 179,
  Inferentia2: 32,
} as const;

type Accelerator = keyof typeof acceleratorMemoryGib;
type Row = readonly [
  name: string,
  accelerator: Accelerator,
  accelerators: number,
  vcpus: number,
  hostMemoryGib: number,
  usdPerHour?: number,
];

const rows: readonly Row[] = [
  ['ml.g4dn.xlarge', 'T4', 1, 4, 16, 0.7364],
  ['ml.g4dn.2xlarge', 'T4', 1, 8, 32, 0.94],
  ['ml.g4dn.4xlarge', 'T4', 1, 16, 64, 1.505],
  ['ml.g4dn.8xlarge', 'T4', 1, 32, 128, 2.72],
  ['ml.g4dn.12xlarge', 'T4', 4, 48, 192, 4.89],
  ['ml.g4dn.16xlarge', 'T4', 1, 64, 256, 5.44],
  ['ml.g5.xlarge', 'A10G', 1, 4, 16, 1.408],
  ['ml.g5.2xlarge', 'A10G', 1, 8, 32, 1.515],
  ['ml.g5.4xlarge', 'A10G', 1, 16, 64, 2.03],
  ['ml.g5.8xlarge', 'A10G', 1, 32, 128, 3.06],
  ['ml.g5.12xlarge', 'A10G', 4, 48, 192, 7.09],
  ['ml.g5.16xlarge', 'A10G', 1, 64, 256, 5.12],
  ['ml.g5.24xlarge', 'A10G', 4, 96, 384, 10.18],
  ['ml.g5.48xlarge', 'A10G', 8, 192, 768, 20.36],
  ['ml.g6.xlarge', 'L4', 1, 4, 16, 1.1267],
  ['ml.g6.2xlarge', 'L4', 1, 8, 32, 1.222],
  ['ml.g6.4xlarge', 'L4', 1, 16, 64, 1.654],
  ['ml.g6.8xlarge', 'L4', 1, 32, 128, 2.518],
  ['ml.g6.12xlarge', 'L4', 4, 48, 192, 5.752],
  ['ml.g6.16xlarge', 'L4', 1, 64, 256, 4.246],
  ['ml.g6.24xlarge', 'L4', 4, 96, 384, 8.344],
  ['ml.g6.48xlarge', 'L4', 8, 192, 768, 16.688],
  ['ml.g6e.xlarge', 'L40S', 1, 4, 32, 2.61],
  ['ml.g6e.2xlarge', 'L40S', 1, 8, 64, 2.8],
  ['ml.g6e.4xlarge', 'L40S', 1, 16, 128, 3.76],
  ['ml.g6e.8xlarge', 'L40S', 1, 32, 256, 5.6607],
  ['ml.g6e.12xlarge', 'L40S', 4, 48, 384, 13.12],
  ['ml.g6e.16xlarge', 'L40S', 1, 64, 512],
  ['ml.g6e.24xlarge', 'L40S', 4, 96, 768, 18.83],
  ['ml.g6e.48xlarge', 'L40S', 8, 192, 1536, 37.66],
  ['ml.p4d.24xlarge', 'A100-40GB', 8, 96, 1152, 25.2513],
  ['ml.p4de.24xlarge', 'A100-80GB', 8, 96, 1152],
  ['ml.p5.48xlarge', 'H100', 8, 192, 2048, 63.296],
  ['ml.p5e.48xlarge', 'H200', 8, 192, 2048],
  ['ml.p5en.48xlarge', 'H200', 8, 192, 2048],
  ['ml.p6-b200.48xlarge', 'B200', 8, 192, 2048],
  ['ml.inf2.xlarge', 'Inferentia2', 1, 4, 16],
  ['ml.inf2.8xlarge', 'Inferentia2', 1, 32, 128],
  ['ml.inf2.24xlarge', 'Inferentia2', 6, 96, 384],
  ['ml.inf2.48xlarge', 'Inferentia2', 12, 192, 768],
];

/** The instance types that can host an endpoint, by name. */
export const instanceTypes: ReadonlyMap<string, InstanceType> = new Map(
  rows.map(([name, accelerator, accelerators, vcpus, hostMemoryGib, usdPerHour]) => [
    name,
    {
      name,
      accelerator,
      accelerators,
      acceleratorMemoryGib: acceleratorMemoryGib[accelerator],
      hostMemoryGib,
      vcpus,
      ...(usdPerHour !== undefined && { usdPerHour }),
      hasLocalStorage: accelerator !== 'Inferentia2',
    },
  ]),
);
