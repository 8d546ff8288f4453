import { documentPage } from "@/documents/page";

const page = documentPage("terms");
export const generateMetadata = page.generateMetadata;
export default page.DocumentPage;
