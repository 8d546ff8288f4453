import { documentPage } from "@/documents/page";

const page = documentPage("price-list");
export const generateMetadata = page.generateMetadata;
export default page.DocumentPage;
