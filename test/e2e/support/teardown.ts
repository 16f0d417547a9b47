import { down } from "@waybill/sandbox";
import { options } from "./sandbox";

export default async function teardown(): Promise<void> {
  await down(options);
}
