import { OCI_EMPTY, OCI_INDEX } from "@waybill/core/registry";
import {
  addImage,
  attachment,
  bench,
  BUNDLE_TYPE,
  closeAll,
  indexOf,
  memoryRegistry,
  withFaults,
} from "../../support/registry";

afterEach(closeAll);

const PUT = "PUT /v2/team/app/manifests/";

describe.each([
  ["with the API", true, "api"],
  ["without the API", false, "tag"],
] as const)("attaching %s", (_, referrers, via) => {
  it("can be listed and read back", async () => {
    const memory = memoryRegistry({ referrers });
    const image = addImage(memory, "team/app", "one");
    const { registry, app } = await bench(memory.handler);
    const attached = await registry.attach(app, image, {
      ...attachment("signature"),
      annotations: { "dev.waybill": "x" },
    });
    expect(attached).toMatchObject({
      via,
      descriptor: { artifactType: BUNDLE_TYPE, annotations: { "dev.waybill": "x" } },
    });
    const list = await registry.listReferrers(app, image.digest, { artifactType: BUNDLE_TYPE });
    expect(list.referrers).toEqual([attached.descriptor]);
    const manifest = await registry.getReferrer(app, image.digest, attached.descriptor);
    expect(manifest.content).toMatchObject({
      kind: "image",
      config: { mediaType: OCI_EMPTY },
      subject: { digest: image.digest },
    });
    const [layer] = manifest.content.kind === "image" ? manifest.content.layers : [];
    if (!layer) throw new Error("no layer");
    expect(Buffer.from(await registry.readBlob(app, layer, { maxBytes: 100 })).toString()).toBe("signature");
  });

  it("changes nothing the second time", async () => {
    const memory = memoryRegistry({ referrers });
    const image = addImage(memory, "team/app", "one");
    const { registry, app } = await bench(memory.handler);
    const first = await registry.attach(app, image, attachment("signature"));
    const manifests = memory.repository("team/app").manifests.size;
    expect(await registry.attach(app, image, attachment("signature"))).toEqual(first);
    expect(memory.repository("team/app").manifests.size).toBe(manifests);
    expect((await registry.listReferrers(app, image.digest)).referrers).toHaveLength(1);
  });

  it("REG-028: ended between blobs and manifest it leaves nothing to see, and running again finishes", async () => {
    const memory = memoryRegistry({ referrers });
    const image = addImage(memory, "team/app", "one");
    const { registry, app } = await bench(withFaults(memory.handler, [{ on: PUT, then: { status: 403 } }]));
    await expect(registry.attach(app, image, attachment("signature"))).rejects.toMatchObject({
      code: "forbidden",
    });
    expect((await registry.listReferrers(app, image.digest)).referrers).toEqual([]);
    await registry.attach(app, image, attachment("signature"));
    expect((await registry.listReferrers(app, image.digest)).referrers).toHaveLength(1);
  });
});

describe("with the API", () => {
  it("tells a registry again that lost the entry", async () => {
    const memory = memoryRegistry();
    const image = addImage(memory, "team/app", "one");
    const empty = { status: 200, headers: { "content-type": OCI_INDEX }, body: JSON.stringify(indexOf([])) };
    const forgetful = withFaults(memory.handler, [{ on: "GET /v2/team/app/referrers/", then: empty }]);
    const { registry, app, server } = await bench(forgetful);
    expect((await registry.attach(app, image, attachment("signature"))).via).toBe("api");
    expect(server.log.filter((line) => line.startsWith(PUT))).toHaveLength(2);
  });

  it("does not call attached what the registry never shows", async () => {
    const memory = memoryRegistry();
    const image = addImage(memory, "team/app", "one");
    const empty = { status: 200, headers: { "content-type": OCI_INDEX }, body: JSON.stringify(indexOf([])) };
    const faults = [{ on: "GET /v2/team/app/referrers/", times: 99, then: empty }];
    const { registry, app } = await bench(withFaults(memory.handler, faults));
    await expect(registry.attach(app, image, attachment("signature"))).rejects.toMatchObject({
      code: "conflict",
    });
  });

  it("attaches one by one within one process", async () => {
    const memory = memoryRegistry();
    const image = addImage(memory, "team/app", "one");
    let [inside, most] = [0, 0];
    const { registry, app } = await bench(async (request) => {
      if (request.method !== "PUT" || !request.url.pathname.includes("/manifests/"))
        return memory.handler(request);
      most = Math.max(most, ++inside);
      const answer = await memory.handler(request);
      inside -= 1;
      return answer;
    });
    const texts = ["signature", "provenance", "sbom"];
    await Promise.all(texts.map((text) => registry.attach(app, image, attachment(text))));
    expect(most).toBe(1);
    expect((await registry.listReferrers(app, image.digest)).referrers).toHaveLength(3);
  });
});
