import { documentPage } from "@/documents/page";

const page = documentPage("privacy");
export const generateMetadata = page.generateMetadata;
export default page.DocumentPage;
