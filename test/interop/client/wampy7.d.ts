/** wampy 7 comes without types; what the tests use of it is as in 8. */
declare module "wampy7" {
  export { Errors, Wampy } from "wampy";
}
declare module "wampy7/cryptosign.js" {
  export { sign } from "wampy/cryptosign.js";
}
declare module "wampy7/wampcra.js" {
  export { sign } from "wampy/wampcra.js";
}
declare module "wampy7/JsonSerializer.js" {
  export { JsonSerializer } from "wampy/JsonSerializer.js";
}
declare module "wampy7/MsgpackSerializer.js" {
  export { MsgpackSerializer } from "wampy/MsgpackSerializer.js";
}
declare module "wampy7/CborSerializer.js" {
  export { CborSerializer } from "wampy/CborSerializer.js";
}
